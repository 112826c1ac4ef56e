package reports

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/prompts"
)

// aWeek plays the week of 9 November, whose figures are worked out by hand in
// the tests. now is the Monday after it.
func aWeek(w *town) {
	secs := func(t time.Time, n int) time.Time { return t.Add(time.Duration(n) * time.Second) }
	none := grid.Change{}
	to := grid.Change{Assignee: w.id("property")}

	// 1: solved at the grid, accepted late, confirmed and resolved in time.
	w.raises("g1", grid.Immediate, on(9, 9, 0), "3栋", on(9, 11, 0), false)
	w.says(1, grid.PostAck, "group:g1", secs(on(9, 9, 0), 5))
	w.does(1, "worker", grid.WantConfirm, on(9, 10, 0), none, due("resolve", on(10, 10, 0)))
	w.does(1, "house", grid.WantLink, on(9, 10, 5), grid.Change{Supporters: []grid.PersonID{w.id("b"), w.id("c")},
		Messages: []grid.MessageID{w.hears("b", "group:g1", on(9, 10, 5), grid.OutLinked, 1, "我家也是")}}, due("resolve", on(10, 10, 0)))
	w.does(1, "worker", grid.WantAssign, on(9, 10, 30), to, due("accept", on(9, 14, 0)))
	w.does(1, "property", grid.WantAccept, on(9, 14, 30), none, due("resolve", on(10, 10, 0)))
	w.does(1, "property", grid.WantResolve, on(10, 9, 30), none, nil)
	w.polls(1, on(10, 9, 30), "a", "b", "c")
	w.rates(1, "b", grid.Unsatisfied, on(10, 9, 40))
	w.rates(1, "a", grid.Satisfied, on(10, 9, 50))
	w.rates(1, "b", grid.Partly, on(10, 9, 55)) // changed her mind
	w.does(1, "house", grid.WantClose, on(13, 9, 30), none, nil)

	// 2: answered by the worker in person after three minutes, confirmed late, overdue.
	w.raises("g1", grid.Pending, on(9, 12, 0), "5栋", on(9, 16, 0), false)
	by := w.hears("worker", "group:g1", on(9, 12, 3), grid.OutLinked, 2, "我去看看")
	w.does(2, "house", grid.WantLink, on(9, 12, 3), grid.Change{Messages: []grid.MessageID{by}}, due("confirm", on(9, 16, 0)))
	w.does(2, "worker", grid.WantConfirm, on(10, 9, 0), none, due("resolve", on(12, 10, 0)))

	// 3: private, answered in private, longest overdue and never named.
	w.raises("g1", grid.Escalate, on(10, 10, 0), "6栋", on(10, 11, 0), true)
	w.says(3, grid.PostAck, privately(w.id("a")), secs(on(10, 10, 0), 10))
	w.does(3, "worker", grid.WantConfirm, on(10, 10, 30), none, due("resolve", on(11, 12, 0)))

	// 4: rejected. 5: withdrawn, never answered. 6: merged into 1.
	w.raises("g1", grid.Immediate, on(10, 11, 0), "", on(10, 14, 0), false)
	w.says(4, grid.PostAck, "group:g1", secs(on(10, 11, 0), 20))
	w.does(4, "worker", grid.WantReject, on(10, 11, 30), none, nil)
	w.raises("g1", grid.Immediate, on(10, 15, 0), "", on(10, 17, 0), false)
	w.does(5, "a", grid.WantWithdraw, on(10, 15, 10), none, nil)
	w.raises("g1", grid.Immediate, on(10, 16, 0), "3栋", on(11, 9, 0), false)
	w.does(6, "worker", grid.WantMerge, on(10, 16, 10), grid.Change{Into: 1}, nil)

	// 7: in the other grid, solved by the community in the second round, late.
	w.raises("g2", grid.Immediate, on(11, 9, 0), "3栋", on(11, 11, 0), false)
	w.says(7, grid.PostAck, "group:g2", secs(on(11, 9, 0), 1))
	w.does(7, "worker", grid.WantConfirm, on(11, 9, 10), none, due("resolve", on(12, 9, 10)))
	w.does(7, "worker", grid.WantAssign, on(11, 9, 20), to, due("accept", on(11, 11, 20)))
	w.does(7, "property", grid.WantAccept, on(11, 9, 30), none, due("resolve", on(12, 9, 10)))
	w.does(7, "worker", grid.WantEscalate, on(11, 9, 40), grid.Change{Level: grid.LevelCommunity}, due("accept", on(11, 11, 40)))
	w.does(7, "property", grid.WantAccept, on(11, 11, 40), none, due("resolve", on(12, 9, 10)))
	w.does(7, "property", grid.WantResolve, on(11, 12, 0), none, nil)
	w.polls(7, on(11, 12, 0), "a")
	w.rates(7, "a", grid.Unsatisfied, on(11, 12, 30))
	w.does(7, "house", grid.WantRework, on(11, 12, 30), none, due("resolve", on(11, 17, 0)))
	w.does(7, "property", grid.WantResolve, on(12, 9, 0), none, nil)
	w.polls(7, on(12, 9, 0), "a")
	w.rates(7, "a", grid.Satisfied, on(12, 9, 30))
	w.does(7, "house", grid.WantClose, on(15, 9, 0), none, nil)

	// 8: the lamp of 1 again, a day after that was closed; only staff know of it.
	w.raises("g1", grid.Immediate, on(14, 9, 0), " 3 栋", on(14, 11, 0), false)
	w.says(8, grid.PostConfirm, "staff:g1", on(14, 9, 0))

	// 9: heard the week before, confirmed late in this one, waiting.
	w.raises("g1", grid.Pending, on(6, 16, 0), "1栋", on(6, 17, 30), false)
	w.does(9, "worker", grid.WantConfirm, on(9, 8, 40), none, due("resolve", on(11, 8, 40)))
	w.does(9, "worker", grid.WantWait, on(9, 8, 50), none, nil)

	w.hears("d", "group:g1", on(12, 20, 0), grid.OutChatter, 0, "早")
	w.hears("d", "group:g1", on(12, 20, 1), grid.OutCommand, 0, "本周小结")
	w.hears("d", "group:g2", on(15, 23, 59), "", 0, "还没读到")
	w.hears("d", "staff:g1", on(12, 20, 2), grid.OutChatter, 0, "不算")
	w.hears("d", "group:g1", on(16, 0, 0), grid.OutChatter, 0, "下周的")
}

var theWeek = Period{From: on(9, 0, 0), To: on(16, 0, 0), Kind: "week"}

// line is a figure as a table shows it.
func line(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(b), `"`, "")
}

func TestTheFiguresOfAWeekAreThoseWorkedOutByHand(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		f, err := Reckon(w.tx, theWeek, nil, on(16, 8, 0))
		w.must(err)
		for name, c := range map[string]struct {
			got  any
			want string
		}{
			"heard, of group messages in the week":       {f.Heard, "13"},
			"heard by outcome":                           {f.Outcomes, "{chatter:1,command:1,error:0,inquiry:0,linked:2,private:0,ticket:8}"},
			"still in the inbox":                         {f.Unread, "1"},
			"found without the merged one":               {f.Found, "7"},
			"found by category":                          {f.FoundByCategory, "{escalate:1,immediate:5,pending:1}"},
			"private ones counted":                       {f.Private, "1"},
			"confirmed: 1, 2, 3, 7":                      {f.Confirmed, "4"},
			"rejected: 4":                                {f.Rejected, "1"},
			"withdrawn: 5":                               {f.Withdrawn, "1"},
			"merged: 6":                                  {f.Merged, "1"},
			"first answers after 1, 5, 10, 20, 180 s":    {f.FirstAnswer, "{p50:10,p90:180,max:180,answered:5,of:7}"},
			"confirmed in time: 1, 3, 7, not 2, 9":       {f.OnTime["confirm"], "{n:3,of:5,rate:0.6}"},
			"accepted in time: 7 twice, not 1":           {line(Rate{f.OnTime["accept"].N, f.OnTime["accept"].Of})[:10], "{n:2,of:3,"},
			"resolved in time: 1 and 7, not 7 again":     {line(Rate{f.OnTime["resolve"].N, f.OnTime["resolve"].Of})[:10], "{n:2,of:3,"},
			"open at the end: 2, 3, 8 and 9":             {f.Open, "4"},
			"of these heard in the week":                 {f.OpenOfFound, "3"},
			"overdue: 2, 3, 8, not the waiting 9":        {f.Overdue, "3"},
			"age of the open ones":                       {f.Age, "{p50:482400,p90:806400,max:806400}"},
			"worst: 2 by 86 h, 8 by 37 h, never 3":       {f.Worst, "[{number:2,step:resolve,by:309600},{number:8,step:confirm,by:133200}]"},
			"solved: 1 and 7":                            {f.Solved, "2"},
			"solved rate":                                {f.SolvedRate, "{n:2,of:4,rate:0.5}"},
			"solved at level":                            {f.SolvedAtLevel, "{community:1,district:0,grid:1,subdistrict:0}"},
			"marks of all rounds, the last of each":      {f.Marks, "{partly:1,satisfied:2,unsatisfied:1}"},
			"satisfaction":                               {f.Satisfaction, "{n:3,of:4,rate:0.75}"},
			"turnout":                                    {f.Turnout, "{n:4,of:5,rate:0.8}"},
			"rework: 7 of 1 and 7":                       {f.ReworkRate, "{n:1,of:2,rate:0.5}"},
			"repeat: 8 of the seven, 7 is another place": {line(Rate{f.Repeat.N, f.Repeat.Of})[:10], "{n:1,of:7,"},
			"hot: by votes, then time, private left out": {hotNumbers(f), "[1x3 2x1 4x1 5x1 7x1]"},
		} {
			got := c.got
			if _, ok := got.(string); !ok {
				got = line(got)
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", name, got, c.want)
			}
		}
	})
}

func hotNumbers(f Figures) string {
	var out []string
	for _, h := range f.Hot {
		out = append(out, fmt.Sprintf("%dx%d", h.Number, h.Votes))
	}
	return fmt.Sprint(out)
}

func TestFiguresOfOneGridAndOfTheWholeAddUp(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		reckon := func(areas ...grid.AreaID) Figures {
			f, err := Reckon(w.tx, theWeek, areas, on(16, 8, 0))
			w.must(err)
			return f
		}
		all, one, two := reckon(), reckon("g1"), reckon("g2")
		if one.Found != 6 || two.Found != 1 || two.Solved != 1 || two.Heard != 2 {
			t.Errorf("g1 found %d, g2 found %d, solved %d, heard %d", one.Found, two.Found, two.Solved, two.Heard)
		}
		for name, n := range map[string][3]int{"heard": {all.Heard, one.Heard, two.Heard}, "found": {all.Found, one.Found, two.Found},
			"open": {all.Open, one.Open, two.Open}, "asked": {all.Turnout.Of, one.Turnout.Of, two.Turnout.Of},
			"confirmed in time": {all.OnTime["confirm"].N, one.OnTime["confirm"].N, two.OnTime["confirm"].N}} {
			if n[0] != n[1]+n[2] {
				t.Errorf("%s: %d are not %d and %d", name, n[0], n[1], n[2])
			}
		}
		below := reckon("社区", "g1")
		below.Areas = []grid.AreaID{}
		if !reflect.DeepEqual(below, all) {
			t.Errorf("the community and all below it:\n%s\nis not the whole:\n%s", line(below), line(all))
		}
	})
}

func TestFiguresAsOfAMomentDoNotKnowWhatCameLater(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		f, err := Reckon(w.tx, theWeek, nil, on(9, 11, 0)) // 1 is assigned, 9 waits, nothing else was heard
		w.must(err)
		got := []int{f.Heard, f.Found, f.Confirmed, f.Solved, f.Open, f.Overdue, f.Turnout.Of, f.OnTime["confirm"].Of, f.OnTime["accept"].Of}
		if want := []int{2, 1, 1, 0, 2, 0, 0, 2, 0}; !slices.Equal(got, want) {
			t.Errorf("on Monday at 11: got %v, want %v", got, want)
		}
		f, err = Reckon(w.tx, Period{From: on(2, 0, 0), To: on(9, 0, 0), Kind: "week"}, nil, on(16, 8, 0))
		w.must(err)
		if f.Found != 1 || f.Confirmed != 1 || f.Open != 1 || f.Overdue != 1 || f.OnTime["confirm"].Of != 0 {
			t.Errorf("the week before: %s", line(f))
		}
	})
}

func TestAMatterResolvedWhileWaitingIsJudgedByWhenItsClockStopped(t *testing.T) {
	for name, c := range map[string]struct {
		wait time.Time
		want int
	}{"stopped in time": {on(10, 9, 0), 1}, "stopped too late": {on(10, 10, 1), 0}} {
		t.Run(name, func(t *testing.T) {
			inTown(t, store(t), "c1", func(w *town) {
				w.raises("g1", grid.Immediate, on(9, 9, 0), "3栋", on(9, 11, 0), false)
				w.does(1, "worker", grid.WantConfirm, on(9, 10, 0), grid.Change{}, due("resolve", on(10, 10, 0)))
				w.does(1, "worker", grid.WantWait, c.wait, grid.Change{}, nil)
				w.does(1, "worker", grid.WantResolve, on(12, 9, 0), grid.Change{}, nil)
				f, err := Reckon(w.tx, theWeek, nil, on(16, 0, 0))
				w.must(err)
				if got := f.OnTime["resolve"]; got != (Rate{c.want, 1}) {
					t.Errorf("resolved in time: %+v", got)
				}
			})
		})
	}
}

func TestPercentilesAreByNearestRank(t *testing.T) {
	for n, want := range map[int][2]float64{1: {1, 1}, 2: {1, 2}, 3: {2, 3}, 4: {2, 4}, 10: {5, 9}, 11: {6, 10}, 100: {50, 90}} {
		var all []time.Duration
		for i := n; i > 0; i-- {
			all = append(all, time.Duration(i)*time.Second)
		}
		if l := lengthsOf(all); *l.P50 != want[0] || *l.P90 != want[1] || *l.Max != float64(n) {
			t.Errorf("of 1 to %d: p50 %v, p90 %v, max %v; want %v", n, *l.P50, *l.P90, *l.Max, want)
		}
	}
	if got := line(lengthsOf(nil)); got != "{p50:null,p90:null,max:null}" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestTheSummaryIsReadInHalfAMinuteAndNamesNothingPrivate(t *testing.T) {
	v, err := prompts.Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	say := func(f Figures, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		s, err := Text(v, f)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	inTown(t, store(t), "c1", func(w *town) {
		if got, want := say(Reckon(w.tx, theWeek, nil, on(10, 9, 0))), `📋 本周小结（11月9日至11月15日，截至11月10日09:00）
听到0条消息，记下0件事。
手上没有没办完的事，辛苦了！`; got != want {
			t.Errorf("an empty week:\n%s\nwant\n%s", got, want)
		}
		aWeek(w)
		got := say(Reckon(w.tx, theWeek, nil, on(16, 8, 0)))
		if want := `📋 第46周小结（11月9日至11月15日）
听到13条消息，记下7件事：即办5、待办1、上报1。
其中已确认4件，办结2件，不受理1件，居民撤回1件。
回应：一半在10秒内，九成在3分钟内。
⏰ 在办4件，超期3件，最久的：2号（办结超3天）、8号（确认超1天），请多费心。
评价：问了5人次，4人次作答，满意和基本满意占75%。
大家最关心：
1. 1号 3栋灯不亮（3人）`; got != want {
			t.Errorf("the week:\n%s\nwant\n%s", got, want)
		}
		if strings.Contains(got, "3号") || strings.Contains(got, "6栋") {
			t.Error("a private matter is named")
		}
	})
}

func TestFiguresAreReadBackAsTheyWereWritten(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		f, err := Reckon(w.tx, theWeek, []grid.AreaID{"g1"}, on(16, 8, 0))
		w.must(err)
		b, err := SummaryJSON(f)
		w.must(err)
		var back Figures
		w.must(json.Unmarshal(b, &back))
		if line(back) != line(f) {
			t.Errorf("got  %s\nwant %s", line(back), line(f))
		}
	})
}
