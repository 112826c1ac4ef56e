// Package local is the trained step of thinking (本地模型): a linear classifier
// over the words of a message and what is known of the scene it was said in.
// It runs without network in some microseconds and says how often answers such
// as its own are right. The same code builds what it reads in training and in
// use (read.go); model.bin is what Train made of the project's own recorded days.
package local
