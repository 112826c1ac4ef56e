package prompts

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.md
var asked embed.FS

// Prompt is what a model is told before it is asked: the same for every
// question, so that backends can cache it. A prompt never changes once tickets
// name it; a better one gets the next number.
type Prompt struct {
	Name  string // "0001-intent": what tickets say understood them
	Turns []Turn // instructions, then examples as question and answer
}

// Turn is one turn of the conversation; Role is system, user or assistant.
type Turn struct{ Role, Text string }

// Numbered reads the prompt of that name, a file NAME.md whose headings "## "
// are the roles. An error means that there is none or that it has no shape.
func Numbered(name string) (Prompt, error) {
	b, err := asked.ReadFile(name + ".md")
	if err != nil {
		return Prompt{}, fmt.Errorf("opening prompt %s: %w", name, err)
	}
	p := Prompt{Name: name}
	_, text, _ := strings.Cut("\n"+strings.ReplaceAll(string(b), "\r\n", "\n"), "\n## ")
	for section := range strings.SplitSeq(text, "\n## ") {
		role, words, _ := strings.Cut(section, "\n")
		want := []string{"user", "assistant"}[max(0, len(p.Turns)-1)%2]
		if len(p.Turns) == 0 {
			want = "system"
		}
		if words = strings.TrimSpace(words); role != want || words == "" {
			return Prompt{}, fmt.Errorf("reading prompt %s: turn %d is %q; right would be %s with words", name, len(p.Turns)+1, role, want)
		}
		p.Turns = append(p.Turns, Turn{role, words})
	}
	if len(p.Turns)%2 == 0 {
		return Prompt{}, fmt.Errorf("reading prompt %s: the last example has no answer", name)
	}
	return p, nil
}
