// Package prompts holds every word that youshi says: say/<language> has each
// sentence as a named template, so that a second language is a folder. (The
// numbered prompts for a model will stand beside it.)
package prompts

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"time"
)

//go:embed say
var files embed.FS

// Voice says sentences in one language. It is safe for use by many goroutines.
type Voice struct{ templates *template.Template }

// Open reads the sentences of a language, a folder under say: "zh".
func Open(language string) (*Voice, error) {
	dir, err := fs.Sub(files, "say/"+language)
	if err != nil {
		return nil, fmt.Errorf("opening the sentences in %q: %w", language, err)
	}
	v := &Voice{templates: template.New("").Option("missingkey=error")}
	v.templates.Funcs(template.FuncMap{
		"word": func(kind string, x any) (string, error) { return v.Say(fmt.Sprintf("%s.%v", kind, x), nil) },
		"day":  func(t time.Time) (string, error) { return v.Say("day", t) },
		"cut":  cut,
		"join": strings.Join,
		"inc":  func(i int) int { return i + 1 },
	})
	if v.templates, err = v.templates.ParseFS(dir, "*.tmpl"); err != nil {
		return nil, fmt.Errorf("reading the sentences in %q: %w", language, err)
	}
	return v, nil
}

// Has reports whether there is a sentence of that name.
func (v *Voice) Has(name string) bool { return v.templates.Lookup(name) != nil }

// Say gives the sentence of that name, filled with data and without white space
// around it. An error means that the sentence or a field of it does not exist.
func (v *Voice) Say(name string, data any) (string, error) {
	var out strings.Builder
	if err := v.templates.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("saying %s: %w", name, err)
	}
	return strings.TrimSpace(out.String()), nil
}

// cut shortens s to n characters and marks that it did.
func cut(n int, s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
