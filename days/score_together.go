package days

import (
	"maps"

	"youshi/grid"
)

// Together makes one result of days that were replayed apart, each in a house of
// its own: ticket numbers go on from one result to the next.
func Together(apart ...Result) Result {
	out := Result{Outcomes: map[grid.Outcome]int{}}
	last := grid.TicketNo(0)
	for _, r := range apart {
		before := last
		renumber := func(n *grid.TicketNo) *grid.TicketNo {
			if Value(n) == 0 {
				return nil
			}
			last = max(last, before+*n)
			return Null(before + *n)
		}
		out.Messages += r.Messages
		for o := range maps.Keys(r.Outcomes) {
			out.Outcomes[o] += r.Outcomes[o]
		}
		for _, row := range r.ByMessage {
			row.Ticket = renumber(row.Ticket)
			out.ByMessage = append(out.ByMessage, row)
		}
		for _, t := range r.Tickets {
			t.Number = *renumber(&t.Number)
			out.Tickets = append(out.Tickets, t)
		}
		for _, p := range r.Said {
			p.Ticket = renumber(p.Ticket)
			out.Said = append(out.Said, p)
		}
		out.LLM.add(r.LLM)
	}
	return out
}

func (l *LLM) add(o LLM) {
	l.Calls, l.Cached, l.Failed = l.Calls+o.Calls, l.Cached+o.Cached, l.Failed+o.Failed
	l.PromptTokens, l.CompletionTokens = l.PromptTokens+o.PromptTokens, l.CompletionTokens+o.CompletionTokens
}
