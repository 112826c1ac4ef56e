package intents

import (
	"testing"

	"youshi/grid"
)

func houseOnly(t testing.TB) *Rules {
	t.Helper()
	r, err := LoadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// exampleOf puts an example of x into a message and a scene that meet the
// rule's conditions beside its words.
func exampleOf(x rule, text string) (grid.Message, grid.Scene) {
	m := grid.Message{Kind: grid.TextMessage, Text: text}
	s := grid.Scene{Bot: "小格", Role: grid.Resident, Chat: grid.Chat{Kind: grid.GroupChat}}
	if len(x.Roles) > 0 {
		s.Role = x.Roles[0]
	}
	if len(x.Kinds) > 0 {
		m.Kind = x.Kinds[0]
	}
	if len(x.Chats) > 0 {
		s.Chat.Kind = x.Chats[0]
	}
	return m, s
}

func TestEveryRuleHitsItsYesAndMissesItsNo(t *testing.T) {
	r := houseOnly(t)
	seen := map[string]bool{}
	for _, x := range r.rules {
		t.Run(x.Name, func(t *testing.T) {
			if seen[x.Name] {
				t.Error("two rules have this name")
			}
			seen[x.Name] = true
			if (len(x.groups) > 0 || x.re != nil && len(x.Kinds) == 1) && (len(x.Yes) == 0 || len(x.No) == 0) {
				t.Error("a rule about words needs examples of both kinds")
			}
			for want, texts := range map[bool][]string{true: x.Yes, false: x.No} {
				for _, text := range texts {
					if got := x.hits(r.read(exampleOf(x, text))); got != want {
						t.Errorf("%q: hits = %v, want %v", text, got, want)
					}
				}
			}
		})
	}
}
