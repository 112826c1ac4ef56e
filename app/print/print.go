// Package print puts results on paper: lines, tables, JSON and findings. What
// goes to out may be a terminal, a file or a socket; errors are those of writing.
package print

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Or gives what p points at, or otherwise where there is nothing.
func Or[T ~string](p *T, otherwise string) string {
	if p == nil {
		return otherwise
	}
	return string(*p)
}

// Table prints rows under a head, in columns. A cell stays on one line.
func Table(out io.Writer, head string, rows func(row func(...any))) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	oneLine := strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")
	rows(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = oneLine.Replace(fmt.Sprint(c))
		}
		fmt.Fprintln(w, strings.Join(texts, "\t"))
	})
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// Line prints one line.
func Line(out io.Writer, line string) error {
	if _, err := fmt.Fprintln(out, line); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// JSON prints v as JSON that a person can read, Chinese as it is.
func JSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
