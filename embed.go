// Package youshi holds what stands at the root of the module and has to be
// inside the program. It imports nothing of ours.
package youshi

import _ "embed"

// ConfigExample is config.example.toml: every key of the config with its
// default and what it means.
//
//go:embed config.example.toml
var ConfigExample string

// SampleDay is the recorded day that the demo plays unless another one is named.
//
//go:embed testdata/days/d01.jsonl
var SampleDay []byte
