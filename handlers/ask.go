package handlers

import "youshi/grid"

// ask puts the one short question for what is missing. The matter goes on
// without an answer: what the reporter says next joins it by the Linker.
func (t *turn) ask(tk grid.Ticket, c card) error {
	return t.post(grid.Outgoing{To: tk.Chat, Class: classOf(tk, grid.ClassFirst), Kind: grid.PostAsk, Ticket: tk.No,
		For: tk.Reporter, ReplyTo: t.msg.ID, Until: t.now.Add(stale)}, "ask.place", c)
}
