// Package grid is the ground floor: the rules of the trade (网格治理) without any
// technology. It knows what a message, a person, a ticket and its life are, and
// imports nothing of ours and nothing beyond the standard library.
package grid
