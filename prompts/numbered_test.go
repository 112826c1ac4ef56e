package prompts

import (
	"strings"
	"testing"
)

func TestNumberedPromptsCanBeRead(t *testing.T) {
	files, err := asked.ReadDir(".")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d prompts, %v", len(files), err)
	}
	for _, f := range files {
		p, err := Numbered(strings.TrimSuffix(f.Name(), ".md"))
		if err != nil {
			t.Error(err)
			continue
		}
		last := p.Turns[len(p.Turns)-1].Role // of examples, where there are any
		if len(p.Turns) == 0 || p.Turns[0].Role != "system" || len(p.Turns) > 1 && last != "assistant" {
			t.Errorf("%s has %d turns", f.Name(), len(p.Turns))
		}
	}
	if _, err := Numbered("9999-none"); err == nil {
		t.Error("a prompt that is not there was read")
	}
}
