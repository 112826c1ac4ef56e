package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
	"youshi/storage"
)

// lifes are ways to bring ticket 1, raised by 张大妈 and supported by 李大爷, to
// each status. 物业小孙 has it once it is assigned.
var lifes = map[grid.Status]func(*house){
	grid.Proposed: func(*house) {},
	grid.Open:     func(h *house) { h.order("李敏", want(grid.WantConfirm, 1)) },
	grid.Assigned: assigned,
	grid.Working:  working,
	grid.OnHold:   func(h *house) { working(h); h.order("李敏", with(grid.WantWait, 1, "几号楼？")) },
	grid.Resolved: func(h *house) { working(h); h.order("物业小孙", with(grid.WantResolve, 1, "换了门锁")) },
	grid.Closed: func(h *house) {
		working(h)
		h.order("物业小孙", with(grid.WantResolve, 1, "换了门锁"))
		h.after(days(3))
	},
	grid.Rejected: func(h *house) { h.order("李敏", with(grid.WantReject, 1, "不归社区管")) },
	grid.Merged:   func(h *house) { h.order("李敏", grid.Command{Want: grid.WantMerge, Ticket: 2, Other: 1}) },
}

func working(h *house) {
	assigned(h)
	h.order("物业小孙", want(grid.WantAccept, 1))
}

// everyWant is each want bare, and with all that may come with it.
func everyWant() []grid.Command {
	var out []grid.Command
	for _, w := range []grid.Want{grid.WantConfirm, grid.WantReject, grid.WantReclassify, grid.WantAssign, grid.WantPass, grid.WantAccept,
		grid.WantWait, grid.WantExtend, grid.WantGrant, grid.WantProgress, grid.WantResolve, grid.WantRework, grid.WantRate, grid.WantMeToo,
		grid.WantWatch, grid.WantWithdraw, grid.WantMerge, grid.WantEscalate, grid.WantLook, grid.WantMine, grid.WantTodo, grid.WantOverdue,
		grid.WantNumbers, grid.WantHelp, grid.WantSplit, grid.WantWhistle, grid.WantPublish} {
		out = append(out, want(w, 1), grid.Command{Want: w, Ticket: 1, Other: 2, Who: "李敏", Text: "因为所以", Days: 2,
			Category: grid.Pending, Urgency: grid.Urgent, Topic: "noise", Mark: grid.Unsatisfied, Period: grid.ThisWeek})
	}
	return append(out, grid.Command{Want: grid.WantWhistle, Ticket: 1, Units: []string{"物业", "老周"}}, want(grid.WantReportIn, 1),
		grid.Command{Want: grid.WantAbsent, Days: 1, Who: "老周"}, want(grid.WantBack, 0),
		grid.Command{Want: grid.WantReclassify, Ticket: 1, Urgency: grid.Emergency},
		mark(1, grid.Satisfied), mark(1, grid.Partly))
}

// try does something and takes it back; look sees the transaction before that.
func (h *house) try(m grid.Message, in grid.Intent, look func(storage.Tx) error) {
	h.Helper()
	undo := errors.New("undone")
	err := h.store.Update(context.Background(), town, func(tx storage.Tx) error {
		if err := tx.Messages().Put(m); err != nil {
			return err
		}
		ev := grid.Event{Kind: grid.EventMessage, Chat: m.Chat, From: m.From, Message: m, Intent: in, At: h.now}
		if err := h.acts.Handle(context.Background(), tx, ev); err != nil {
			return err
		}
		if err := look(tx); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		h.Fatal(err)
	}
}

func TestEveryWantOfEverybodyInEveryStatusIsAnsweredInWholeSentences(t *testing.T) {
	for status, live := range lifes {
		for kind, in := range map[string]grid.Intent{"public": lift(), "private": beaten(), "emergency": gas()} {
			t.Run(string(status)+"/"+kind, func(t *testing.T) {
				h := newHouse(t)
				h.say("张大妈", "…", in)
				h.say("李大爷", "…", follows(1, meToo))
				h.say("王阿姨", "…", in)
				live(h)
				h.is("status", h.ticket(1).Status, status)
				before, steps := h.record(1), h.ticket(1).Steps
				h.speak()
				for _, who := range []string{"张大妈", "李大爷", "赵叔", "李敏", "物业小孙", "王书记"} {
					if kind == "emergency" && who != "张大妈" && who != "李敏" {
						continue // to the others it is a matter like any
					}
					for _, chat := range []grid.ChatID{group, h.private(who)} {
						for _, c := range everyWant() {
							m := h.line(who, chat, grid.TextMessage, string(c.Want))
							h.try(m, grid.Intent{Kind: grid.Order, Command: &c}, func(tx storage.Tx) error {
								if err := h.wellSaid(tx, kind == "private", steps); err != nil {
									return fmt.Errorf("%s by %s in %s: %w", c.Want, who, chat, err)
								}
								return nil
							})
						}
					}
				}
				h.is("nothing was kept", h.record(1), before)
			})
		}
	}
}

// wellSaid looks at the posts since the last event, and at ticket 1 where it was
// moved from the steps it had.
func (h *house) wellSaid(tx storage.Tx, private bool, steps int) error {
	refused, answered := false, false
	for o, err := range tx.Outbox().Queue() {
		if err != nil || o.Seq <= h.last {
			if err != nil {
				return err
			}
			continue
		}
		refused, answered = refused || o.Kind == grid.PostRefusal, answered || o.Kind != grid.PostRefusal
		switch {
		case strings.TrimSpace(o.Text) == "" || strings.Contains(o.Text, "<no value>"):
			return fmt.Errorf("an empty sentence to %s", o.To)
		case strings.Contains(o.Text, "1月1日周一") || strings.Contains(o.Text, "：。") || strings.Contains(o.Text, "，，") || strings.Contains(o.Text, "由办理"):
			return fmt.Errorf("a sentence with a hole: %s", o.Text)
		case private && strings.HasPrefix(string(o.To), "group:") && (o.Ticket != 0 || strings.Contains(o.Text, "1号")):
			return fmt.Errorf("a private matter aloud: %s", o.Text)
		}
	}
	if refused && answered {
		return errors.New("refused, and done all the same")
	}
	tk, err := tx.Tickets().Get(1)
	if err != nil || tk.Steps == steps {
		return err // nothing was done: it is as sound as before
	}
	return sound(tx, tk)
}

// intents are what thinking may make of a text, right or wrong.
func intents(r *rapid.T, tickets int) grid.Intent {
	in := grid.Intent{By: "rule", Confidence: 0.5, Kind: rapid.SampledFrom(grid.Kinds()).Draw(r, "kind")}
	if in.Kind.Actionable() {
		in = of(rapid.SampledFrom([]grid.Intent{lift(), gas(), beaten(), elder()}).Draw(r, "report"), func(x *grid.Intent) { x.Kind = in.Kind })
	}
	if rapid.IntRange(0, 9).Draw(r, "odd") == 0 {
		in.Sensitive = rapid.Bool().Draw(r, "sensitive")
		in.Danger = rapid.SampledFrom([]string{"", "gas", "fire"}).Draw(r, "danger")
		in.Shared = in.Danger != "" && rapid.Bool().Draw(r, "shared")
	}
	if tickets > 0 && rapid.Bool().Draw(r, "linked") {
		in.Link = grid.Link{Ticket: grid.TicketNo(rapid.IntRange(1, tickets).Draw(r, "to")),
			MeToo: rapid.Bool().Draw(r, "me too"), Over: rapid.Bool().Draw(r, "over")}
		if in.Kind.Actionable() && rapid.Bool().Draw(r, "follow-up") {
			in.Kind = grid.FollowUp
		}
	}
	return in
}

// day plays what people may do, and says which statuses the tickets came to.
func day(r *rapid.T, h *house, reached map[grid.Status]int) {
	names := make([]string, len(townsfolk))
	for i, p := range townsfolk {
		names[i] = p.Name
	}
	var cards posts
	tickets := 2
	lines := []grid.Message{h.say("张大妈", "…", rapid.SampledFrom([]grid.Intent{lift(), beaten(), gas(), elder()}).Draw(r, "the first matter")).msg,
		h.say("李大爷", "…", lift()).msg}
	if live := lifes[rapid.SampledFrom(grid.Statuses()).Draw(r, "begins as")]; !h.ticket(1).Private {
		live(h)
		reached[h.ticket(1).Status]++
	}
	for i := range rapid.IntRange(8, 20).Draw(r, "events") {
		h.unchecked = i%4 != 0
		who := rapid.SampledFrom(append([]string{"李敏", "李敏", "李敏", "李敏", "王书记", "张大妈", "张大妈"}, names...)).Draw(r, "who")
		chat := rapid.SampledFrom([]grid.ChatID{group, group, staff, h.private(who)}).Draw(r, "chat")
		var got heard
		switch rapid.IntRange(0, 11).Draw(r, "event") {
		case 0, 1:
			got = h.sayIn(chat, who, "说点什么", intents(r, tickets))
			lines = append(lines, got.msg)
		case 2, 3, 4, 5, 6:
			c := rapid.SampledFrom(everyWant()).Draw(r, "want")
			c.Ticket = grid.TicketNo(rapid.IntRange(1, max(1, tickets)).Draw(r, "number"))
			c.Other = grid.TicketNo(rapid.IntRange(1, tickets+1).Draw(r, "other"))
			c.Who = rapid.SampledFrom(names).Draw(r, "named")
			in := grid.Intent{Kind: grid.Order, Command: &c}
			if rapid.Bool().Draw(r, "doubtful") {
				in.Otherwise = &grid.Intent{Kind: grid.Chatter}
			}
			m := h.line(who, chat, grid.TextMessage, string(c.Want))
			if rapid.Bool().Draw(r, "quotes") {
				m.ReplyTo = rapid.SampledFrom(lines).Draw(r, "quoted").ID
			}
			got = h.hears(grid.EventMessage, m, in)
			lines = append(lines, got.msg)
		case 7, 8:
			if len(cards) > 0 {
				o := rapid.SampledFrom(cards).Draw(r, "card")
				got = h.press(who, o, rapid.SampledFrom(o.Buttons).Draw(r, "button").Label)
			}
		case 9:
			if len(lines) > 0 {
				of := rapid.SampledFrom(lines).Draw(r, "edited")
				got = h.edit(rapid.SampledFrom([]string{who, nameOf(h, of.From)}).Draw(r, "by"), of.ID, "改了", intents(r, tickets))
			}
		case 10:
			if len(lines) > 0 {
				of := rapid.SampledFrom(lines).Draw(r, "recalled")
				got = h.recall(nameOf(h, of.From), of.ID)
			}
		case 11:
			got.posts = h.after(time.Duration(rapid.IntRange(1, 60*60).Draw(r, "minutes")) * time.Minute)
		}
		cards = append(cards, got.posts.where(func(o grid.Outgoing) bool { return len(o.Buttons) > 0 })...)
		if rapid.IntRange(0, 3).Draw(r, "spoken") == 0 {
			h.speak()
		}
		h.view(func(tx storage.Tx) error {
			tickets = 0
			for tk, err := range tx.Tickets().All() {
				if err != nil {
					return err
				}
				tickets++
				reached[tk.Status]++
			}
			return nil
		})
	}
}

func nameOf(h *house, id grid.PersonID) string {
	for name, x := range h.ids {
		if x == id {
			return name
		}
	}
	return ""
}

func TestWhateverPeopleDoTheHouseStaysInOrder(t *testing.T) {
	reached := map[grid.Status]int{}
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprintf("%d.db", n))
		var undo []func()
		options := []option{}
		if rapid.Bool().Draw(r, "some cannot be reached alone") {
			options = append(options, unreachable("张大妈", "李敏", "王书记"))
		}
		h := openHouse(r, path, func(f func()) { undo = append(undo, f) }, options...)
		defer func() {
			for _, f := range slices.Backward(undo) {
				f()
			}
			os.Remove(path)
		}()
		day(r, h, reached)
		h.check()
	})
	if testing.Short() {
		return // too few days to reach everything
	}
	for _, s := range grid.Statuses() {
		if reached[s] == 0 {
			t.Errorf("no day ever brought a ticket to %s: the test tells nothing about it", s)
		}
	}
}
