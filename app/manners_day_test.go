package app

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/config"
	"youshi/days"
	"youshi/grid"
)

// How much is said aloud on the recorded days, hour by hour (-v prints it), and
// that it is never more than manners allow: a budget of notices an hour, silence at
// night, no answer to talk or thanks, one question a matter, once.
func TestHowMuchIsSaidAloudOnTheRecordedDays(t *testing.T) {
	manners := config.Default().Manners
	for _, file := range recorded(t) {
		lines, err := days.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReplayLines(t.Context(), ReplayOptions{Config: config.Default()}, lines)
		if err != nil {
			t.Fatal(err)
		}
		outcome := map[grid.MessageID]grid.Outcome{}
		for _, row := range r.ByMessage {
			outcome[row.ID] = row.Outcome
		}
		heard, said, asked := map[string]int{}, map[string]int{}, map[grid.TicketNo]int{}
		hours := []string{}
		hour := func(at time.Time) string {
			h := at.Format("02 15h")
			if !slices.Contains(hours, h) {
				hours = append(hours, h)
			}
			return h
		}
		for _, l := range lines {
			heard[hour(l.Time)]++
		}
		var notices []time.Time
		all := 0
		for _, p := range r.Said {
			if !strings.HasPrefix(string(p.To), "group:") {
				continue
			}
			all++
			said[hour(p.At)]++
			urgent := false
			for _, tk := range r.Tickets {
				urgent = urgent || p.Ticket != nil && tk.Number == *p.Ticket && tk.Urgency != nil && *tk.Urgency == grid.Emergency
			}
			free := urgent || p.Kind == grid.PostAnswer || p.Kind == grid.PostRefusal || p.Kind == grid.PostSummary
			if h := p.At.Hour(); (h >= 22 || h < 7) && !free {
				t.Errorf("%s: said at night, %s: %s", file, p.At, p.Text)
			}
			if p.Kind == grid.PostAsk {
				if asked[*p.Ticket]++; asked[*p.Ticket] > 1 {
					t.Errorf("%s: asked twice of %d", file, *p.Ticket)
				}
			}
			if !free && p.Kind != grid.PostAck && p.Kind != grid.PostAsk {
				notices = append(notices, p.At)
			}
			if p.ReplyTo != nil && outcome[*p.ReplyTo] == grid.OutChatter {
				t.Errorf("%s: talk was answered: %s", file, p.Text)
			}
		}
		for i := manners.PostsPerHour; i < len(notices); i++ {
			if notices[i].Sub(notices[i-manners.PostsPerHour]) < time.Hour {
				t.Errorf("%s: more than %d notices within an hour of %s", file, manners.PostsPerHour, notices[i])
			}
		}
		slices.Sort(hours)
		var b strings.Builder
		for _, h := range hours {
			if heard[h]+said[h] > 0 {
				fmt.Fprintf(&b, "  %s %d/%d", h, said[h], heard[h])
			}
		}
		t.Logf("%s: %.1f posts in the group for 100 messages; posts/messages by hour:%s", filepath.Base(file), 100*float64(all)/float64(len(lines)), b.String())
	}
}
