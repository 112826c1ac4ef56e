package print

import (
	"errors"
	"fmt"
	"io"
)

// Findings are what a check finds, printed one line each as they come: "ok …",
// "WARNING …" (it works, but look), "WRONG …: what to do".
type Findings struct {
	out   io.Writer
	wrong int
	err   error
}

// NewFindings prints to out.
func NewFindings(out io.Writer) *Findings { return &Findings{out: out} }

func (f *Findings) line(word, format string, args ...any) {
	if f.err == nil {
		f.err = Line(f.out, word+" "+fmt.Sprintf(format, args...))
	}
}

// OK tells what is as it should be.
func (f *Findings) OK(format string, args ...any) { f.line("ok", format, args...) }

// Warn tells what works and should be looked at.
func (f *Findings) Warn(format string, args ...any) { f.line("WARNING", format, args...) }

// Wrong tells what is wrong, and what to do.
func (f *Findings) Wrong(format string, args ...any) { f.wrong++; f.line("WRONG", format, args...) }

// End gives an error when something was wrong or could not be printed.
func (f *Findings) End() error {
	switch {
	case f.err != nil:
		return f.err
	case f.wrong == 1:
		return errors.New("one thing is wrong")
	case f.wrong > 1:
		return fmt.Errorf("%d things are wrong", f.wrong)
	}
	return nil
}
