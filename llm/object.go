package llm

import (
	"encoding/json"
	"errors"
	"strings"
)

// How far an object is looked for in what a model says.
const (
	farthest = 16 << 10 // bytes
	starts   = 20       // open braces
)

// Object takes the first JSON object out of what a model said: out of a code
// fence, out of prose, after its thinking (<think>…</think>).
func Object(text string) (json.RawMessage, error) {
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i+len("</think>"):]
	} else if strings.HasPrefix(strings.TrimSpace(text), "<think>") {
		return nil, errors.New("only thoughts and no answer; wanted is one JSON object")
	}
	text = text[:min(len(text), farthest)]
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil, errors.New("a JSON array; wanted is one JSON object")
	}
	for range starts {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		text = text[i:]
		var object json.RawMessage
		if json.NewDecoder(strings.NewReader(text)).Decode(&object) == nil {
			return object, nil
		}
		text = text[1:]
	}
	return nil, errors.New("no whole JSON object; wanted is one JSON object")
}
