package learn

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"youshi/app/print"
	"youshi/days"
	"youshi/grid"
	"youshi/intents/local"
)

// What it takes for a candidate to go live.
const (
	heldShare      = 0.3  // of the decisions, the latest, that it has not learnt from
	leastHeld      = 20   // decisions held back
	leastWrong     = 5    // of these that the program had got wrong
	tolerated      = 0.01 // by which a figure on the gold days may be lower and still not be worse …
	toleratedCases = 2.0  // … or by so many messages, where it rests on few
	alarmsPer1000  = 5.0  // of the site's own talk that it has not learnt from
	goldFolds      = 3
	correctionSays = 3.0 // how many ordinary examples a correction counts for
)

// Site is what a program in use brings to its training.
type Site struct {
	Lessons []Lesson
	InUse   *local.Step // the model it reads with
	Until   time.Time   // up to when the model in use has learnt from decisions; zero: from none
	Now     time.Time
}

// Improvement says how a candidate, taught by staff's decisions, compares with
// the model in use.
type Improvement struct {
	Learnt  int      `json:"learnt"` // decisions that the candidate of the comparison learnt from
	Held    int      `json:"held"`   // later ones, held back to compare
	Wrong   int      `json:"wrong"`  // of these: the program had read otherwise
	Figures []Figure `json:"figures"`
	Better  bool     `json:"better"` // all bounds are met
}

// Figure is one thing compared.
type Figure struct {
	Name      string  `json:"name"`
	Before    float64 `json:"before"` // the model in use, on the gold days a model without the decisions
	Candidate float64 `json:"candidate"`
	Bound     string  `json:"bound"` // in words
	Met       bool    `json:"met"`
}

// Improve trains a candidate with o's data and the site's lessons and compares:
// on the gold days, each read by a model that has not learnt from it, it may not
// be worse; of the latest decisions, which it has not learnt from, it must get
// more right than the model in use. If so a model of everything is written to
// o.Out, with its papers beside it. The same data give the same result.
func Improve(ctx context.Context, o Options, s Site) (Improvement, error) {
	c, err := loadCourse(o)
	if err != nil {
		return Improvement{}, err
	}
	// What is compared is what the model reads: the Linker stays as it is.
	c.unlinked, c.links = true, s.InUse.Links()
	i := improving{course: c, o: o, site: s}
	if err := i.divide(); err != nil {
		return i.Improvement, err
	}
	for _, compare := range []func(context.Context) error{i.later, i.gold} {
		if err := compare(ctx); err != nil {
			return i.Improvement, err
		}
	}
	i.Better = !slices.ContainsFunc(i.Figures, func(f Figure) bool { return !f.Met })
	if !i.Better || o.Out == "" {
		return i.Improvement, nil
	}
	model, err := i.train(ctx, *c, i.site.Lessons)
	if err != nil {
		return i.Improvement, err
	}
	if err := replaceFile(o.Out, model); err != nil {
		return i.Improvement, err
	}
	return i.Improvement, i.papers(model)
}

// improving is one comparison under way.
type improving struct {
	Improvement
	course *course
	o      Options
	site   Site

	cut          time.Time // decisions from here on are held back
	early        []Lesson  // what was decided before, with all that stands around it
	done, trains int       // models trained, of how many
}

// divide holds back the latest decisions. What the model in use has learnt from
// is no measure, so it is never among them.
func (i *improving) divide() error {
	var decided []Lesson
	for _, l := range i.site.Lessons {
		if l.Gold != nil {
			decided = append(decided, l)
		}
	}
	slices.SortStableFunc(decided, func(a, b Lesson) int { return a.Decided.Compare(b.Decided) })
	held := decided[len(decided)-int(heldShare*float64(len(decided))):]
	held = slices.DeleteFunc(slices.Clone(held), func(l Lesson) bool { return !l.Decided.After(i.site.Until) })
	i.Held, i.Learnt = len(held), len(decided)-len(held)
	for _, l := range held {
		if l.Wrong() {
			i.Wrong++
		}
	}
	if i.Held < leastHeld || i.Wrong < leastWrong {
		return &grid.Error{Code: grid.Conflict, Say: fmt.Sprintf(
			"too few decisions to tell whether a model is better: of %d by staff %d are new and held back, %d of these corrections; at least %d and %d are needed",
			len(decided), i.Held, i.Wrong, leastHeld, leastWrong)}
	}
	i.cut = held[0].Decided
	i.early = without(i.site.Lessons, func(l Lesson) bool { return !l.Decided.Before(i.cut) || l.Talk && !l.Message.Sent.Before(i.cut) })
	i.trains = 2*goldFolds + 2
	return nil
}

// without takes the verdict, or the name of talk, from lessons; they still stand
// around the others.
func without(all []Lesson, of func(Lesson) bool) []Lesson {
	out := slices.Clone(all)
	for n, l := range out {
		if (l.Gold != nil || l.Talk) && of(l) {
			out[n].Gold, out[n].Talk = nil, false
		}
	}
	return out
}

// train makes a model of a course and lessons.
func (i *improving) train(ctx context.Context, c course, lessons []Lesson) ([]byte, error) {
	examples, talk := taught(lessons, c.bot)
	c.lines = slices.Concat(c.lines, examples)
	c.talk = slices.Concat(c.talk, talk)
	model, err := c.model(ctx, i.o, nil)
	if i.done++; err == nil && i.o.Progress != nil {
		i.o.Progress(i.done, max(i.trains, i.done))
	}
	return model, err
}

// taught makes examples of lessons, each in its scene, and gives the talk.
func taught(lessons []Lesson, bot string) (examples []local.Example, talk []string) {
	for _, day := range scenes(lessons, bot) {
		for n, e := range day.examples {
			switch l := day.lessons[n]; {
			case l.Gold != nil:
				e.Weight = careful
				if l.Wrong() {
					e.Weight *= correctionSays
				}
				examples = append(examples, e)
			case l.Talk:
				talk = append(talk, l.Message.Text)
			}
		}
	}
	return examples, talk
}

// lessonDay is the messages of one chat and day in their scenes.
type lessonDay struct {
	lessons  []Lesson
	examples []local.Example
}

// scenes puts every message where it was said, with what the program had made of
// those before.
func scenes(lessons []Lesson, bot string) []lessonDay {
	var out []lessonDay
	for start := 0; start < len(lessons); {
		end := start + 1
		for end < len(lessons) && sameDay(lessons[start], lessons[end]) {
			end++
		}
		d := lessonDay{lessons: lessons[start:end]}
		heard := make([]local.Heard, 0, len(d.lessons))
		for _, l := range d.lessons {
			h := local.Heard{Message: l.Message, Role: l.Role}
			if h.Message.Intent = (grid.Intent{}); l.Gold != nil {
				h.Gold = *l.Gold
			}
			h.Ticket, h.Outcome = 0, ""
			heard = append(heard, h)
		}
		d.examples = local.Scenes(heard, bot, func(n int, _ local.Example) grid.Intent { return d.lessons[n].Message.Intent })
		out = append(out, d)
		start = end
	}
	return out
}

func sameDay(a, b Lesson) bool {
	day := func(l Lesson) time.Time { return l.Message.Sent.UTC().Truncate(24 * time.Hour) }
	return a.Community == b.Community && a.Message.Chat == b.Message.Chat && day(a).Equal(day(b))
}

// later compares on the decisions that were held back, and counts alarms on
// talk of that time.
func (i *improving) later(ctx context.Context) error {
	model, err := i.train(ctx, *i.course, i.early)
	if err != nil {
		return err
	}
	candidate, err := local.Open(model)
	if err != nil {
		return err
	}
	var before, after [2]share // all decisions, corrections
	var alarms share
	for _, day := range scenes(i.site.Lessons, i.course.bot) {
		for n, e := range day.examples {
			l := day.lessons[n]
			switch {
			case l.Gold != nil && !l.Decided.Before(i.cut):
				was, is := right(ctx, i.site.InUse, e), right(ctx, candidate, e)
				before[0].add(was)
				after[0].add(is)
				if l.Wrong() {
					before[1].add(was)
					after[1].add(is)
				}
			case l.Talk && !l.Message.Sent.Before(i.cut):
				in, _, _ := candidate.Try(ctx, e.Message, e.Scene) // a local step never errs
				alarms.add(share{hit: btoi(in.Kind.Actionable()), of: 1})
			}
		}
	}
	i.figure("labels right on later decisions", before[0].rate(), after[0].rate(), "not lower", after[0].hit >= before[0].hit)
	i.figure("labels right on later corrections", before[1].rate(), after[1].rate(), "higher", after[1].hit > before[1].hit)
	if alarms.of > 0 {
		i.figure(fmt.Sprintf("false alarms per 1,000 of %d messages of talk", alarms.of), 0, 1000*alarms.rate(),
			fmt.Sprintf("at most %g, or one message", alarmsPer1000), alarms.hit <= 1 || 1000*alarms.rate() <= alarmsPer1000)
	}
	return nil
}

func (i *improving) figure(name string, before, candidate float64, bound string, met bool) {
	i.Figures = append(i.Figures, Figure{Name: name, Before: before, Candidate: candidate, Bound: bound, Met: met})
}

// share counts hits.
type share struct{ hit, of int }

func (s *share) add(o share)           { s.hit, s.of = s.hit+o.hit, s.of+o.of }
func (s share) rate() float64          { return float64(s.hit) / float64(max(s.of, 1)) }
func btoi(b bool) int                  { return map[bool]int{true: 1}[b] }
func equal[T comparable](a, b T) share { return share{btoi(a == b), 1} }

// right counts the labels that a step gives as decided: the kind, and what the
// decided kind carries.
func right(ctx context.Context, step *local.Step, e local.Example) share {
	in, _, _ := step.Try(ctx, e.Message, e.Scene) // a local step never errs
	s := equal(in.Kind, e.Gold.Kind)
	if e.Gold.Kind.Actionable() {
		s.add(equal(in.Category, e.Gold.Category))
		s.add(equal(in.Topic, e.Gold.Topic))
		s.add(equal(in.Sensitive, e.Gold.Sensitive))
	}
	if e.Gold.Urgency != "" {
		s.add(equal(in.Urgency, e.Gold.Urgency))
	}
	return s
}

// gold compares on the labelled days: a third of them at a time is read by
// models of the rest, without the decisions and with them.
func (i *improving) gold(ctx context.Context) error {
	folds := min(goldFolds, i.course.asked)
	if folds < 2 {
		return &grid.Error{Code: grid.Invalid, Say: "comparing needs at least two recorded days; without --data those inside the program are used"}
	}
	without, with := newTrial(i.course.bot), newTrial(i.course.bot)
	for fold := range folds {
		left := func(d chatDay) bool { return d.file < i.course.asked && d.file%folds == fold }
		rest := *i.course
		rest.days = slices.DeleteFunc(slices.Clone(i.course.days), left)
		for _, way := range []struct {
			t       *trial
			lessons []Lesson
		}{{without, nil}, {with, i.early}} {
			b, err := i.train(ctx, rest, way.lessons)
			if err != nil {
				return err
			}
			step, err := local.Open(b)
			if err != nil {
				return err
			}
			for _, d := range i.course.days {
				if left(d) {
					way.t.read(step, d.gold, d.heard)
				}
			}
		}
	}
	before, after := days.ScoreOf(without.gold, without.got), days.ScoreOf(with.gold, with.got)
	cases := func(of func(days.Labels) bool) (n float64) {
		for _, l := range without.gold {
			n += float64(btoi(of(l.Labels)))
		}
		return n
	}
	acted := func(l days.Labels) bool { return l.Intent.Actionable() }
	for _, f := range []struct {
		name  string
		cases float64 // that it rests on
		of    func(days.Score) float64
	}{
		{"actionable F1", cases(acted), func(s days.Score) float64 { return s.Actionable.F1 }},
		{"intent accuracy", cases(days.Labels.Labelled), func(s days.Score) float64 { return s.Intent.Accuracy }},
		{"category accuracy, a miss being wrong", cases(acted), func(s days.Score) float64 { return s.CategoryEndToEnd.Accuracy }},
		{"emergency recall", cases(func(l days.Labels) bool { return l.Urgency == grid.Emergency }), func(s days.Score) float64 { return s.Emergency.R }},
	} {
		was, is, lower := f.of(before), f.of(after), max(tolerated, toleratedCases/max(f.cases, 1))
		i.figure("gold days: "+f.name, was, is, fmt.Sprintf("not lower by over %.2g", lower), is >= was-lower)
	}
	return nil
}

// papers writes down what the new model came from.
func (i *improving) papers(model []byte) error {
	last := time.Time{}
	n := 0
	for _, l := range i.site.Lessons {
		if l.Gold != nil {
			n++
			if l.Decided.After(last) {
				last = l.Decided
			}
		}
	}
	return Papers{Made: i.site.Now, Decisions: n, Until: last, Improvement: &i.Improvement}.write(i.o.Out, model)
}

// Write tells an operator how the candidate compares.
func (m Improvement) Write(w io.Writer) error {
	err := print.Line(w, fmt.Sprintf("learnt from %d decisions by staff; compared on %d later ones, %d of them corrections\n", m.Learnt, m.Held, m.Wrong))
	if err != nil {
		return err
	}
	return print.Table(w, "figure\tbefore\tcandidate\tmust be\t", func(row func(...any)) {
		for _, f := range m.Figures {
			row(f.Name, fmt.Sprintf("%.3f", f.Before), fmt.Sprintf("%.3f", f.Candidate), f.Bound, cmp.Or(map[bool]string{true: "met"}[f.Met], "NOT MET"))
		}
	})
}
