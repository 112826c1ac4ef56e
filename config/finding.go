package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Finding is one thing that is wrong in a config file.
type Finding struct {
	File string
	Line int    // from 1; 0: the file as a whole
	Key  string // "clock.pending.resolve", "area[2].kind" (the second [[area]]); may be empty
	Say  string // what is wrong and what would be right
}

// String gives the finding as one line: file:line: key: what is wrong.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Key != "" {
		b.WriteString(": " + f.Key)
	}
	return b.String() + ": " + f.Say
}

// Findings is the error of Read: everything that is wrong, in order of lines.
type Findings []Finding

// Error gives one line a finding.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// reader collects findings while one file is read.
type reader struct {
	file     string
	lines    lines
	findings Findings
}

// wrong notes a finding at a key.
func (r *reader) wrong(key, say string, args ...any) {
	r.findings = append(r.findings, Finding{File: r.file, Line: r.lines.of(key), Key: key, Say: fmt.Sprintf(say, args...)})
}

// err gives what was found, or nil.
func (r *reader) err() error {
	if len(r.findings) == 0 {
		return nil
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return r.findings
}

// oneOf words a list of what would be right.
func oneOf[T ~string](words []T) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", string(w))
	}
	return strings.Join(quoted, ", ")
}
