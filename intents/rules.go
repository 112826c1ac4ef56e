package intents

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"youshi/grid"
)

//go:embed rules.toml
var houseRules []byte

// Rules is the first step of the chain: data, not code. rules.toml says what a
// rule is; a site adds a file of the same form, whose rules come first. Rules
// is safe for use by many lanes at once.
type Rules struct {
	rules []rule
	words lexicon
}

// rule is one rule as written. All of its conditions must hold.
type rule struct {
	Name string `toml:"name"`

	// Conditions. Words are groups of alternatives, each of which must hit;
	// "$name" stands for a list. None forbids.
	Words     [][]string         `toml:"words"`
	None      []string           `toml:"none"`
	Pattern   string             `toml:"pattern"` // RE2; only where words cannot say it
	Roles     []grid.Role        `toml:"roles"`
	Kinds     []grid.MessageKind `toml:"kinds"`
	Chats     []grid.ChatKind    `toml:"chats"`
	Min       int                `toml:"min"` // of the text, in characters
	Max       int                `toml:"max"` // 0: any
	Addressed bool               `toml:"addressed"`
	Unquoted  bool               `toml:"unquoted"` // the message quotes nothing

	// Conclusions.
	Kind       grid.Kind     `toml:"kind"`
	Category   grid.Category `toml:"category"`
	Urgency    grid.Urgency  `toml:"urgency"`
	Topic      grid.Topic    `toml:"topic"`
	Danger     string        `toml:"danger"`
	Sensitive  bool          `toml:"sensitive"`
	Elder      bool          `toml:"elder"`
	Sure       bool          `toml:"sure"`
	Confidence float64       `toml:"confidence"` // of kind; 0.6 where left out

	// Examples, which a test holds against the rule.
	Yes []string `toml:"yes"`
	No  []string `toml:"no"`

	groups [][]int // the words as places in the lexicon
	none   []int
	re     *regexp.Regexp
}

// rulesFile is the form of rules.toml.
type rulesFile struct {
	Lists map[string][]string `toml:"lists"`
	Rule  []rule              `toml:"rule"`
}

// LoadRules reads the rules of the house and, where site is not nil, those that
// a site adds; a site may use and replace the house's lists. An error is one for
// the operator: it names line and key, or the rule.
func LoadRules(site io.Reader) (*Rules, error) {
	house, err := readRules(bytes.NewReader(houseRules), "rules.toml")
	if err != nil {
		return nil, err
	}
	all := house.Rule
	if site != nil {
		own, err := readRules(site, "site rules")
		if err != nil {
			return nil, err
		}
		for name, list := range own.Lists {
			if house.Lists == nil {
				house.Lists = map[string][]string{}
			}
			house.Lists[name] = list
		}
		all = append(own.Rule, all...)
	}
	r := &Rules{words: newLexicon()}
	for _, x := range all {
		if err := x.compile(house.Lists, &r.words); err != nil {
			return nil, fmt.Errorf("rule %q: %w", x.Name, err)
		}
		r.rules = append(r.rules, x)
	}
	return r, nil
}

// readRules decodes strictly: a key that no rule knows is an error with its line.
func readRules(from io.Reader, name string) (rulesFile, error) {
	var f rulesFile
	dec := toml.NewDecoder(from)
	dec.DisallowUnknownFields()
	err := dec.Decode(&f)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		line, col := unknown.Errors[0].Position()
		return f, fmt.Errorf("%s, line %d, column %d: unknown key %q", name, line, col, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &wrong):
		line, col := wrong.Position()
		return f, fmt.Errorf("%s, line %d, column %d: key %q: %w", name, line, col, strings.Join(wrong.Key(), "."), wrong)
	case err != nil:
		return f, fmt.Errorf("reading %s: %w", name, err)
	}
	return f, nil
}

// compile checks the rule and looks its words up.
func (r *rule) compile(lists map[string][]string, lex *lexicon) error {
	if err := r.check(); err != nil {
		return err
	}
	look := func(ws []string) (ids []int, err error) {
		for _, w := range ws {
			list := []string{w}
			if name, ok := strings.CutPrefix(w, "$"); ok {
				if list, ok = lists[name]; !ok {
					return nil, fmt.Errorf("no list is called %q", name)
				}
			}
			for _, w := range list {
				if w = plain(w); w == "" {
					return nil, errors.New("an empty word hits everything")
				}
				ids = append(ids, lex.add(w))
			}
		}
		return ids, nil
	}
	for _, g := range r.Words {
		ids, err := look(g)
		if err != nil {
			return err
		}
		r.groups = append(r.groups, ids)
	}
	var err error
	if r.none, err = look(r.None); err != nil {
		return err
	}
	if r.Pattern != "" {
		if r.re, err = regexp.Compile(r.Pattern); err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
	}
	if r.Confidence == 0 {
		r.Confidence = 0.6
	}
	return nil
}

// check refuses a rule that says what the trade does not know.
func (r *rule) check() error {
	bad := func(key, value, want string) error { return fmt.Errorf("%s = %q; want %s", key, value, want) }
	switch {
	case r.Name == "":
		return errors.New("it has no name")
	case len(r.Words) == 0 && r.Pattern == "" && len(r.Kinds) == 0 && r.Max == 0:
		return errors.New("it has no condition: words, pattern, kinds or max")
	case r.Kind != "" && !slices.Contains(grid.Kinds(), r.Kind):
		return bad("kind", string(r.Kind), fmt.Sprint(grid.Kinds()))
	case r.Category != "" && !slices.Contains(grid.Categories(), r.Category):
		return bad("category", string(r.Category), fmt.Sprint(grid.Categories()))
	case r.Urgency != "" && !slices.Contains(grid.Urgencies(), r.Urgency):
		return bad("urgency", string(r.Urgency), fmt.Sprint(grid.Urgencies()))
	case r.Topic != "" && !r.Topic.Valid():
		return bad("topic", string(r.Topic), fmt.Sprint(grid.Topics()))
	case r.Urgency == grid.Emergency && (r.Kind != grid.Report || r.Danger == ""):
		return errors.New("urgency = \"emergency\" needs kind = \"report\" and a danger")
	case r.Sure && r.Kind == "":
		return errors.New("sure = true needs a kind")
	case r.Confidence < 0 || r.Confidence > 1:
		return errors.New("confidence is between 0 and 1")
	}
	for _, x := range r.Roles {
		if !x.Valid() {
			return bad("roles", string(x), fmt.Sprint(grid.Roles()))
		}
	}
	return nil
}

// Name is "rule".
func (*Rules) Name() string { return "rule" }

// Try says what the rules know of m. The first rule that hits decides each
// field by itself; a sure rule ends the reading.
func (r *Rules) Try(_ context.Context, m grid.Message, s grid.Scene) (grid.Intent, bool, error) {
	t := r.read(m, s)
	var in grid.Intent
	for i := range r.rules {
		x := &r.rules[i]
		if !x.hits(t) {
			continue
		}
		if in.Kind == "" && x.Kind != "" {
			in.Kind, in.Confidence = x.Kind, x.Confidence
			if x.Urgency == grid.Emergency {
				in.Urgency = x.Urgency
			}
		}
		in.Category, in.Topic, in.Danger = or(in.Category, x.Category), or(in.Topic, x.Topic), or(in.Danger, x.Danger)
		in.Urgency = fill(in.Urgency, x.Urgency)
		in.Sensitive = in.Sensitive || x.Sensitive
		in.Elder = in.Elder || x.Elder
		if x.Sure && in.Kind == x.Kind && in.Danger == "" {
			return in, true, nil
		}
	}
	if in.Elder && in.Danger != "" { // gas behind a door that nobody opens: knocking is not enough
		in.Elder = false
		if in.Kind == grid.Report {
			in.Urgency = grid.Emergency
		}
	}
	return in, false, nil
}

// reading is a message as the rules see it.
type reading struct {
	m     grid.Message
	s     grid.Scene
	text  string // plain
	runes int    // of the text without emoji
	hit   []uint64
	named bool
}

func (r *Rules) read(m grid.Message, s grid.Scene) reading {
	text := plain(m.Text)
	return reading{m: m, s: s, text: text, runes: utf8.RuneCountInString(trimPoints(bareWords(text))),
		hit: r.words.find(text), named: Addressed(m, s)}
}

func (r *rule) hits(t reading) bool {
	hit := func(id int) bool { return t.hit[id/64]&(1<<(id%64)) != 0 }
	for _, g := range r.groups {
		if !slices.ContainsFunc(g, hit) {
			return false
		}
	}
	switch {
	case slices.ContainsFunc(r.none, hit),
		t.runes < r.Min, r.Max > 0 && t.runes > r.Max,
		r.Addressed && !t.named, r.Unquoted && t.m.ReplyTo != "",
		len(r.Roles) > 0 && !slices.Contains(r.Roles, t.s.Role),
		len(r.Kinds) > 0 && !slices.Contains(r.Kinds, t.m.Kind),
		len(r.Chats) > 0 && !slices.Contains(r.Chats, t.s.Chat.Kind):
		return false
	}
	return r.re == nil || r.re.MatchString(t.text)
}
