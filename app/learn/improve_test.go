package learn

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/intents/local"
)

var lessonsFrom = time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)

// decidedLessons are 80 days of a site where neighbours call the charging shed
// "鸽子笼": each day one of two sayings about it, and talk around it. gold says
// what staff made of the n-th.
func decidedLessons(gold func(n int) grid.Intent) []Lesson {
	var all []Lesson
	for n := range 80 {
		at := lessonsFrom.AddDate(0, 0, n)
		say := func(who, text string, after time.Duration) Lesson {
			return Lesson{Community: "东社区", Role: grid.Resident, Message: grid.Message{ID: grid.MessageID(fmt.Sprint(who, n)), Chat: "group:1", From: grid.PersonID(who),
				Sent: at.Add(after), Kind: grid.TextMessage, Text: text, Outcome: grid.OutChatter, Intent: grid.Intent{Kind: grid.Chatter, Confidence: 0.95}}}
		}
		talk := say("小李", "今天天气真不错呀"+strings.Repeat("哈", n%5), 0)
		talk.Talk = true
		about := say("老周", []string{"鸽子笼又满格了呢", "鸽子笼那边今天热闹"}[n%2], time.Hour)
		g := gold(n)
		about.Gold, about.Decided, about.By = &g, at.Add(2*time.Hour), grid.WantReclassify
		all = append(all, talk, about)
	}
	return all
}

func aMatter(int) grid.Intent {
	return grid.Intent{Kind: grid.Report, Category: grid.Pending, Urgency: grid.Normal, Topic: "security_fire", Confidence: 1}
}

func shippedStep(t *testing.T) *local.Step {
	t.Helper()
	s, err := local.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func improvable(t *testing.T, gold func(int) grid.Intent) (Options, Site) {
	return Options{Data: someDays(t), Extra: []string{strangers(t)}, Out: filepath.Join(t.TempDir(), "model.bin")},
		Site{Lessons: decidedLessons(gold), InUse: shippedStep(t), Now: lessonsFrom.AddDate(0, 3, 0)}
}

func TestDecisionsThatTeachSomethingMakeAModelThatGoesLive(t *testing.T) {
	o, s := improvable(t, aMatter)
	var models [2][]byte
	for n := range models {
		got, err := Improve(t.Context(), o, s)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Better || got.Held != 24 || got.Learnt != 56 || got.Wrong != got.Held {
			var told bytes.Buffer
			_ = got.Write(&told)
			t.Fatalf("%+v\n%s", got, told.String())
		}
		models[n], err = os.ReadFile(o.Out)
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("the same decisions made another model")
	}
	step, err := local.Open(models[0])
	if err != nil {
		t.Fatal(err)
	}
	in, _, _ := step.Try(t.Context(), grid.Message{Kind: grid.TextMessage, Text: "鸽子笼又满格了呢", Sent: s.Now}, grid.Scene{Role: grid.Resident})
	if in.Kind != grid.Report {
		t.Errorf("it reads %+v", in)
	}
	p, err := PapersOf(o.Out)
	if err != nil || p.Decisions != 80 || !p.Made.Equal(s.Now) || p.Improvement == nil || !p.Until.Equal(lessonsFrom.AddDate(0, 0, 79).Add(2*time.Hour)) {
		t.Errorf("its papers say %+v, %v", p, err)
	}
	if err := os.WriteFile(o.Out, append(models[0], 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := PapersOf(o.Out); err != nil || p.Decisions != 0 {
		t.Errorf("another file has the papers %+v, %v", p, err)
	}
	s.Until = p.Until
	if _, err := Improve(t.Context(), o, s); grid.CodeOf(err) != grid.Conflict {
		t.Errorf("what it has learnt measures it: %v", err)
	}
}

func TestDecisionsThatTeachNothingChangeNothing(t *testing.T) {
	o, s := improvable(t, func(n int) grid.Intent { // first all talk, later all matters: nobody could have known
		if n < 56 {
			return grid.Intent{Kind: grid.Chatter, Confidence: 1}
		}
		return aMatter(n)
	})
	for n := range s.Lessons {
		if g := s.Lessons[n].Gold; g != nil && g.Kind == grid.Chatter {
			s.Lessons[n].Message.Intent.Kind = grid.Report
		}
	}
	got, err := Improve(t.Context(), o, s)
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if err := got.Write(&told); err != nil {
		t.Fatal(err)
	}
	if got.Better || !strings.Contains(told.String(), "NOT MET") {
		t.Errorf("it went live:\n%s", told.String())
	}
	if _, err := os.Stat(o.Out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a model was written: %v", err)
	}
}

func TestAFewDecisionsAreTooFew(t *testing.T) {
	o, s := improvable(t, aMatter)
	s.Lessons = s.Lessons[:40]
	if _, err := Improve(t.Context(), o, s); grid.CodeOf(err) != grid.Conflict || !strings.Contains(err.Error(), "too few decisions") {
		t.Errorf("got %v", err)
	}
}

func TestTheGoldDaysAreInsideTheProgram(t *testing.T) {
	files, taught, done, err := Gold()
	if err != nil {
		t.Fatal(err)
	}
	c, err := loadCourse(Options{Data: files, Extra: taught})
	if err != nil || c.asked < 12 || len(c.recorded) < c.asked+100 || len(c.lines) < 1000 {
		t.Errorf("%d files, %d that only teach, %v", len(files), len(taught), err)
	}
	done()
	if _, err := os.Stat(files[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("they are left behind: %v", err)
	}
}
