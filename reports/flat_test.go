package reports

import (
	"errors"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func TestAFlatTicketHasTheWordsOfTheOutside(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		w.does(8, "worker", grid.WantConfirm, on(14, 10, 0), grid.Change{}, due("resolve", on(16, 10, 0)))
		w.does(8, "worker", grid.WantResolve, on(14, 11, 0), grid.Change{}, nil)
		w.polls(8, on(14, 11, 0), "a", "b")
		w.rates(8, "a", grid.Partly, on(14, 12, 0))
		why, err := w.tx.Words().Put(w.id("worker"), "不归社区管")
		w.must(err)
		no := w.raises("g2", "", on(15, 9, 0), "", on(15, 11, 0), true)
		_, entries, err := w.ticket(no).Move(grid.Ask{Want: grid.WantReject, At: on(15, 9, 5), Why: why,
			By: grid.Actor{Person: w.id("worker"), Role: grid.GridWorker}})
		w.must(err)
		rejected, err := grid.Fold(append(must(w.tx.Journal().Of(no)), entries...))
		w.must(err)
		w.store(rejected, entries)

		flat := func(no grid.TicketNo) string {
			f, err := FlatOf(w.tx, w.ticket(no), local)
			w.must(err)
			return line(f)
		}
		for name, c := range map[string]struct {
			no   grid.TicketNo
			want string
		}{
			"closed": {1, `{number:1,messages:[m1,m2],supporters:2,category:immediate,urgency:normal,topic:facilities,location:3栋,` +
				`summary:3栋灯不亮,reporter:a,status:closed,round:0,level:grid,private:false,due:null,due_because:null,assignee:property,` +
				`source:online,priority:0,reason:null,poll:{asked:3,satisfied:1,partly:1,unsatisfied:0,ends:2026-11-13T09:30:00+08:00}}`},
			"withdrawn, without a place": {5, `{number:5,messages:[m7],supporters:0,category:immediate,urgency:normal,topic:facilities,location:null,` +
				`summary:灯不亮,reporter:a,status:closed,round:0,level:grid,private:false,due:null,due_because:null,assignee:null,` +
				`source:online,priority:0,reason:withdrawn,poll:null}`},
			"resolved and being judged": {8, `{number:8,messages:[m10],supporters:0,category:immediate,urgency:normal,topic:facilities,location: 3 栋,` +
				`summary: 3 栋灯不亮,reporter:a,status:resolved,round:0,level:grid,private:false,due:2026-11-17T11:00:00+08:00,due_because:poll: because,assignee:worker,` +
				`source:online,priority:0,reason:null,poll:{asked:2,satisfied:0,partly:1,unsatisfied:0,ends:2026-11-17T11:00:00+08:00}}`},
			"waiting": {9, `{number:9,messages:[m11],supporters:0,category:pending,urgency:normal,topic:facilities,location:1栋,` +
				`summary:1栋灯不亮,reporter:a,status:waiting,round:0,level:grid,private:false,due:null,due_because:null,assignee:worker,` +
				`source:online,priority:0,reason:null,poll:null}`},
			"rejected, of no category": {no, `{number:10,messages:[m17],supporters:0,category:null,urgency:normal,topic:facilities,location:null,` +
				`summary:灯不亮,reporter:a,status:rejected,round:0,level:grid,private:true,due:null,due_because:null,assignee:null,` +
				`source:online,priority:0,reason:不归社区管,poll:null}`},
		} {
			if got := flat(c.no); got != c.want {
				t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTheDeadlineThatPeopleSee(t *testing.T) {
	poll := &grid.Poll{Ends: on(12, 9, 0)}
	no := &grid.Poll{Ends: on(12, 9, 0), Answers: []grid.Answer{{Person: "a", Mark: grid.Unsatisfied}}}
	for name, c := range map[string]struct {
		ticket grid.Ticket
		want   time.Time
	}{
		"of the present step":                   {grid.Ticket{Status: grid.Working, Due: due("resolve", on(10, 9, 0))}, on(10, 9, 0)},
		"none while waiting":                    {grid.Ticket{Status: grid.OnHold, Kept: due("resolve", on(10, 9, 0))}, time.Time{}},
		"the poll's end while resolved":         {grid.Ticket{Status: grid.Resolved, Poll: poll}, on(12, 9, 0)},
		"none when a person must decide":        {grid.Ticket{Status: grid.Resolved, Poll: no, Reporter: "a", Round: grid.MaxRounds}, time.Time{}},
		"the poll's end while rework may begin": {grid.Ticket{Status: grid.Resolved, Poll: no, Reporter: "a", Round: 1}, on(12, 9, 0)},
		"none before the judging":               {grid.Ticket{Status: grid.Resolved}, time.Time{}},
	} {
		var got time.Time
		if d := deadline(c.ticket); d != nil {
			got = d.Due
		}
		if !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestADetailTellsTheJournalAndHidesWhatWasTakenBack(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		back, err := w.tx.Messages().Get("m2")
		w.must(err)
		back.Recalled = on(9, 11, 0)
		w.must(w.tx.Messages().Put(back))
		edit := grid.Message{ID: "e1", Chat: "group:g1", From: w.id("b"), Sent: on(9, 10, 50), Kind: grid.EditMessage, Of: "m2",
			Text: "我家也是，求助", Outcome: grid.OutLinked, Ticket: 1}
		w.must(w.tx.Messages().Put(edit))
		w.does(1, "house", grid.WantLink, on(13, 10, 0), grid.Change{Messages: []grid.MessageID{"e1"}}, nil)

		d, err := DetailOf(w.tx, 1, local)
		w.must(err)
		if got, want := line(d.Heard), `[{id:m1,at:2026-11-09T09:00:00+08:00,from:a,kind:text,text:灯不亮},`+
			`{id:m2,at:2026-11-09T10:05:00+08:00,from:b,kind:text,text:},{id:e1,at:2026-11-09T10:50:00+08:00,from:b,kind:edit,text:}]`; got != want {
			t.Errorf("heard\n%s\nwant\n%s", got, want)
		}
		if len(d.Journal) != w.ticket(1).Steps {
			t.Errorf("%d entries told", len(d.Journal))
		}
		for i, want := range map[int]string{
			0: `{at:2026-11-09T09:00:00+08:00,who:a,role:resident,want:open,from:,to:proposed,why:}`,
			1: `{at:2026-11-09T10:00:00+08:00,who:worker,role:grid_worker,want:confirm,from:proposed,to:open,why:}`,
			2: `{at:2026-11-09T10:05:00+08:00,who:,role:house,want:link,from:open,to:open,why:}`,
		} {
			if got := line(d.Journal[i]); got != want {
				t.Errorf("entry %d: got %s, want %s", i+1, got, want)
			}
		}
		if all := line(d); strings.Contains(all, "我家") || !strings.Contains(all, "number:1,") {
			t.Errorf("the detail shows what was taken back, or is no flat ticket: %s", all)
		}
		if _, err := DetailOf(w.tx, 99, local); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("an unknown number: %v", err)
		}
	})
}
