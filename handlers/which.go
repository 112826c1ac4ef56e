package handlers

import (
	"slices"

	"youshi/grid"
)

// mostChoices is how many matters the question names.
const mostChoices = 5

// which asks one short question when a step is wanted and no number was given:
// "@小格 确认". The matters that could be meant are named, the latest first. Which
// one it is only the speaker says: nothing is guessed.
func (t *turn) which(c grid.Command) error {
	tickets, err := t.inReach()
	if err != nil {
		return err
	}
	all := card{Who: t.who.Name, Bot: t.Bot, Want: c.Want}
	for _, tk := range slices.Backward(tickets) {
		by, err := t.actor(tk)
		if err != nil {
			return err
		}
		_, _, err = tk.Move(grid.Ask{Want: c.Want, By: by, At: t.now})
		code := grid.CodeOf(err) // what is missing beside the number is asked for next
		if err != nil && code != grid.Invalid || !t.knows(tk, by) || tk.Private && t.chat.Kind == grid.GroupChat {
			continue
		}
		if all.Count++; len(all.List) == mostChoices {
			continue
		}
		line, err := t.card(tk)
		if err != nil {
			return err
		}
		if tk.Private && t.chat.Kind == grid.StaffChat {
			line = line.discreet()
		}
		all.List, all.No = append(all.List, line), max(all.No, tk.No)
	}
	no := all.No
	all.No = 0
	if len(all.List) > 0 {
		all.Into = no // the example's number
	}
	return t.answer(grid.PostAnswer, "which", all)
}
