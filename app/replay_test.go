package app

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"youshi/config"
	"youshi/days"
	"youshi/grid"
)

// recorded gives the recorded days that the project carries.
func recorded(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "days", "d*.jsonl"))
	if err != nil || len(files) < 12 {
		t.Fatalf("the recorded days are not there: %v %v", files, err)
	}
	return files
}

func TestEveryMessageOfEveryDayEndsAsExactlyOneThing(t *testing.T) {
	for _, file := range recorded(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			lines, err := days.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ReplayLines(t.Context(), ReplayOptions{Config: config.Default()}, lines)
			if err != nil {
				t.Fatal(err)
			}
			sum, opened := 0, 0
			for o, n := range r.Outcomes {
				if o == "" || o == grid.OutError && n > 0 {
					t.Errorf("%d messages ended as %q", n, o)
				}
				sum += n
			}
			if sum != len(lines) || len(r.ByMessage) != len(lines) || r.Messages != len(lines) {
				t.Errorf("%d lines, %d outcomes, %d rows, %d messages", len(lines), sum, len(r.ByMessage), r.Messages)
			}
			for i, row := range r.ByMessage {
				if row.ID != lines[i].ID {
					t.Fatalf("row %d is of %s, not of %s", i, row.ID, lines[i].ID)
				}
				if joined := row.Outcome == grid.OutTicket || row.Outcome == grid.OutLinked; joined != (row.Ticket != nil) && row.Outcome != grid.OutCommand {
					t.Errorf("%s ended as %s with ticket %v", row.ID, row.Outcome, row.Ticket)
				}
				if row.Outcome == grid.OutTicket {
					opened++
				}
			}
			if opened != len(r.Tickets) {
				t.Errorf("%d messages opened %d tickets", opened, len(r.Tickets))
			}
			for _, p := range r.Said {
				if p.Kind == grid.PostAck && p.Ticket == nil {
					t.Errorf("a first answer names no ticket: %s", p.Text)
				}
			}
		})
	}
}

// The two seconds are of processor time: other programs share the machine.
func TestReplayingADayTwiceGivesTheSameBytesInUnderTwoSeconds(t *testing.T) {
	var first []byte
	for i := range 2 {
		start := processorTime(t)
		r, err := Replay(t.Context(), ReplayOptions{Transcripts: recorded(t)[:1], Config: config.Default()})
		if err != nil {
			t.Fatal(err)
		}
		took := processorTime(t) - start
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Error("the second replay gave other bytes")
		}
		if took > 2*time.Second && !raceEnabled { // the race detector costs several times as much
			t.Errorf("a day of %d messages took %s", r.Messages, took)
		}
	}
}

func TestAPrivateMatterOfARecordedDayReachesNoGroup(t *testing.T) {
	for _, file := range recorded(t) {
		r, err := Replay(t.Context(), ReplayOptions{Transcripts: []string{file}, Config: config.Default()})
		if err != nil {
			t.Fatal(err)
		}
		private := map[grid.TicketNo]bool{}
		for _, tk := range r.Tickets {
			private[tk.Number] = tk.Private
		}
		for _, p := range r.Said {
			if p.Ticket != nil && private[*p.Ticket] && len(p.To) > 6 && p.To[:6] == "group:" {
				t.Errorf("%s: said in %s of the private matter %d: %s", file, p.To, *p.Ticket, p.Text)
			}
		}
	}
}

// processorTime is what this process has used of the processors so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// asReplayed holds what a channel made of a day against the replay of it: the same
// tickets, whatever their numbers, and the same labels. It gives how many tickets.
func asReplayed(t *testing.T, got map[grid.MessageID]grid.Message, want days.Result) int {
	t.Helper()
	same := map[grid.TicketNo]grid.TicketNo{} // the replay's number -> ours
	for _, row := range want.ByMessage {
		m := got[row.ID]
		no := grid.TicketNo(0)
		if row.Ticket != nil {
			no = *row.Ticket
		}
		if ours, known := same[no]; known && ours != m.Ticket || !known && no == 0 && m.Ticket != 0 {
			t.Errorf("%s is of ticket %d, in the replay of %d, which is %d here (%q)", row.ID, m.Ticket, no, ours, m.Text)
		} else if !known && no != 0 {
			same[no] = m.Ticket
		}
		if m.Outcome != row.Outcome || m.Intent.Kind != row.Intent || row.Category != nil && *row.Category != m.Intent.Category {
			t.Errorf("%s ended as %s, %s %s; in the replay as %s, %s %v (%q)", row.ID, m.Outcome, m.Intent.Kind, m.Intent.Category, row.Outcome, row.Intent, row.Category, m.Text)
		}
	}
	if len(same) != len(want.Tickets) || len(want.Tickets) < 5 {
		t.Errorf("%d tickets here, %d in the replay", len(same), len(want.Tickets))
	}
	return len(same)
}
