// Package intents is thinking: what a message means. A Chain asks the parser for
// commands, then its steps (rules, the local model, an LLM) in order, and the
// Linker for the matter the message belongs to. Nothing here acts, holds a
// transaction or gives authority: handlers decide.
package intents
