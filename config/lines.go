package config

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines says on which line each key of a file stands. Decoding forgets lines,
// and most of what can be wrong is only seen after decoding.
type lines map[string]int

// of gives the line of a key, or of the nearest section around it, or 0.
func (l lines) of(key string) int {
	for key != "" {
		if n, ok := l[key]; ok {
			return n
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 0
}

// readLines indexes a text that parses; what does not parse ends the index.
func readLines(text []byte) lines {
	p := unstable.Parser{}
	p.Reset(text)
	x := indexer{p: &p, lines: lines{}, count: map[string]int{}}
	section := ""
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table:
			section = x.path("", e.Key())
		case unstable.ArrayTable:
			section = x.element(e.Key())
		case unstable.KeyValue:
			x.value(section, e)
		}
	}
	return x.lines
}

type indexer struct {
	p     *unstable.Parser
	lines lines
	count map[string]int // how many elements an array of sections has so far
}

// path joins the parts of a key to prefix and notes the line of each; a part
// that names an array of sections means its last element.
func (x *indexer) path(prefix string, key unstable.Iterator) string {
	for key.Next() {
		prefix = join(prefix, string(key.Node().Data))
		if n := x.count[prefix]; n > 0 {
			prefix = fmt.Sprintf("%s[%d]", prefix, n)
		}
		x.note(prefix, key.Node())
	}
	return prefix
}

// element begins a new element of an array of sections.
func (x *indexer) element(key unstable.Iterator) string {
	prefix := ""
	for key.Next() {
		prefix = join(prefix, string(key.Node().Data))
		if key.IsLast() {
			x.count[prefix]++
		}
		if n := x.count[prefix]; n > 0 {
			prefix = fmt.Sprintf("%s[%d]", prefix, n)
		}
		x.note(prefix, key.Node())
	}
	return prefix
}

func (x *indexer) value(prefix string, kv *unstable.Node) {
	x.inside(x.path(prefix, kv.Key()), kv.Value())
}

// inside walks inline sections and lists.
func (x *indexer) inside(prefix string, v *unstable.Node) {
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			x.value(prefix, it.Node())
		}
	case unstable.Array:
		n := 0
		for it := v.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			n++
			x.inside(fmt.Sprintf("%s[%d]", prefix, n), it.Node())
		}
	}
}

func (x *indexer) note(path string, key *unstable.Node) {
	if _, known := x.lines[path]; !known {
		x.lines[path] = x.p.Shape(key.Raw).Start.Line
	}
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}
