// Package youshi holds what stands at the root of the module and has to be
// inside the program. It imports nothing of ours.
package youshi

import "embed"

// ConfigExample is config.example.toml: every key of the config with its
// default and what it means.
//
//go:embed config.example.toml
var ConfigExample string

// SampleDay is the recorded day that the demo plays unless another one is named.
//
//go:embed testdata/days/d01.jsonl
var SampleDay []byte

// Gold are the recorded and taught days and single messages of the repository, labelled by
// hand: what a site trains its own model on beside its staff's decisions.
//
//go:embed testdata/days/*.jsonl testdata/taught/*.jsonl testdata/lines.jsonl
var Gold embed.FS
