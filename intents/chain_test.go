package intents

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
	"youshi/llm"
)

// says is a step with one fixed answer.
type says struct {
	name string
	in   grid.Intent
	sure bool
	err  error
	n    *int // counts the questions
}

func (s says) Name() string { return s.name }

func (s says) Try(context.Context, grid.Message, grid.Scene) (grid.Intent, bool, error) {
	if s.n != nil {
		*s.n++
	}
	return s.in, s.sure, s.err
}

// waits is a step that answers when ctx is done: with an error.
type waits struct{}

func (waits) Name() string { return "llm" }

func (waits) Try(ctx context.Context, _ grid.Message, _ grid.Scene) (grid.Intent, bool, error) {
	<-ctx.Done()
	return grid.Intent{}, false, ctx.Err()
}

func think(text string, steps ...Step) grid.Intent {
	m, s := said(text)
	return Chain{Steps: steps}.Think(context.Background(), m, s)
}

func TestChainTakesTheFirstSureAnswer(t *testing.T) {
	asked := 0
	got := think("灯坏了",
		says{name: "rule", in: grid.Intent{Kind: grid.Chatter, Confidence: 0.3}},
		says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.9}, sure: true},
		says{name: "llm", in: grid.Intent{Kind: grid.Praise, Confidence: 1}, sure: true, n: &asked})
	if got.Kind != grid.Report || got.By != "local" || asked != 0 {
		t.Errorf("kind %s by %s, the next step asked %d times", got.Kind, got.By, asked)
	}
}

func TestChainKeepsTheMoreConfidentOfUnsureAnswers(t *testing.T) {
	got := think("灯坏了",
		says{name: "rule", in: grid.Intent{Kind: grid.Report, Confidence: 0.8, Topic: "facilities"}},
		says{name: "local", in: grid.Intent{Kind: grid.Chatter, Confidence: 0.5}})
	if got.Kind != grid.Report || got.By != "rule" || got.Confidence != 0.8 {
		t.Errorf("got %+v", got)
	}
}

func TestChainFillsWhatTheBestAnswerLeavesOpen(t *testing.T) {
	got := think("3栋灯坏了",
		says{name: "rule", in: grid.Intent{Topic: "facilities", Category: grid.Immediate, Urgency: grid.Urgent, Sensitive: true}},
		says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.5, Category: grid.Pending}})
	if got.Topic != "facilities" || got.Category != grid.Pending || got.Urgency != grid.Urgent || !got.Sensitive || got.Location != "3栋" || got.Summary != "3栋灯坏了" {
		t.Errorf("got %+v", got)
	}
}

func TestChainSkipsAStepThatErrs(t *testing.T) {
	got := think("灯坏了", says{name: "rule", in: grid.Intent{Kind: grid.Report, Confidence: 0.4}}, says{name: "llm", err: errors.New("down")})
	if got.Kind != grid.Report || got.By != "rule" {
		t.Errorf("got %+v", got)
	}
}

func TestChainGivesTheBestSoFarAtTheDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	m, s := said("灯坏了")
	got := Chain{Steps: []Step{says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.4}}, waits{}}}.Think(ctx, m, s)
	if got.Kind != grid.Report || got.By != "local" {
		t.Errorf("got %+v", got)
	}
	// A lane that is behind comes with a context already done.
	if got = (Chain{Steps: []Step{waits{}, says{name: "local", in: grid.Intent{Kind: grid.Wish, Confidence: 0.4}}}}).Think(ctx, m, s); got.Kind != grid.Wish {
		t.Errorf("after the deadline: %+v", got)
	}
}

func TestAPlaceAloneWaitsForItsWords(t *testing.T) {
	for kind, want := range map[grid.MessageKind]grid.Kind{grid.LocationMessage: grid.Chatter, grid.TextMessage: grid.Report} {
		m, s := said("3号楼2单元")
		m.Kind = kind
		sure := says{name: "local", in: grid.Intent{Kind: grid.Report, Category: grid.Immediate, Confidence: 0.97}, sure: true}
		if got := (Chain{Steps: []Step{sure}}).Think(context.Background(), m, s); got.Kind != want {
			t.Errorf("as a %s it is %s, want %s", kind, got.Kind, want)
		}
	}
}

func TestChainWithoutAnyAnswerIsChatter(t *testing.T) {
	if got := think("嗯？"); got.Kind != grid.Chatter || got.By != "rule" || got.Confidence != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestDangerNeedsASecondStep(t *testing.T) {
	suspicion := says{name: "rule", in: grid.Intent{Danger: "gas"}}
	for name, c := range map[string]struct {
		steps  []Step
		shared bool
		kind   grid.Kind
	}{
		"nobody else":                         {[]Step{suspicion}, false, grid.Chatter},
		"a step that calls it chatter":        {[]Step{suspicion, says{name: "local", in: grid.Intent{Kind: grid.Chatter, Confidence: 0.99}, sure: true}}, false, grid.Chatter},
		"a step that calls it an emergency":   {[]Step{suspicion, says{name: "local", in: grid.Intent{Kind: grid.Report, Urgency: grid.Emergency, Confidence: 0.4}}}, true, grid.Report},
		"a step that names the same danger":   {[]Step{suspicion, says{name: "llm", in: grid.Intent{Kind: grid.Chatter, Danger: "gas", Confidence: 0.7}}}, true, grid.Report},
		"a step that names another danger":    {[]Step{suspicion, says{name: "llm", in: grid.Intent{Kind: grid.Chatter, Danger: "fire", Confidence: 0.7}}}, false, grid.Chatter},
		"a later step, after a sure chatter":  {[]Step{suspicion, says{name: "local", in: grid.Intent{Kind: grid.Chatter}, sure: true}, says{name: "llm", in: grid.Intent{Kind: grid.Report, Urgency: grid.Emergency}}}, true, grid.Report},
		"the same step with the same word":    {[]Step{suspicion, suspicion}, false, grid.Chatter},
		"a rule that concludes the emergency": {[]Step{says{name: "rule", in: grid.Intent{Kind: grid.Report, Urgency: grid.Emergency, Danger: "gas"}}}, true, grid.Report},
	} {
		t.Run(name, func(t *testing.T) {
			got := think("楼道有味", c.steps...)
			if got.Danger != "gas" || got.Shared != c.shared || got.Kind != c.kind {
				t.Fatalf("danger %q shared %v kind %s", got.Danger, got.Shared, got.Kind)
			}
			if c.shared && (got.Urgency != grid.Emergency || got.Category != grid.Escalate) {
				t.Errorf("urgency %s category %s", got.Urgency, got.Category)
			}
		})
	}
}

func TestElderlyNeighbourNotSeenIsUrgentAndNeverAloud(t *testing.T) {
	got := think("302的王奶奶好几天没下楼了，敲门也没人应", houseOnly(t), says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.5, Category: grid.Escalate, Topic: "other"}})
	if !got.Elder || !got.Sensitive || got.Category != grid.Immediate || got.Urgency != grid.Urgent || got.Topic != "elderly_children" {
		t.Errorf("got %+v", got)
	}
}

func TestResidentsStaffWordIsAlsoReadAsTalk(t *testing.T) {
	m, s := said("确认 12 要两箱")
	c := Chain{Steps: []Step{says{name: "local", in: grid.Intent{Kind: grid.Chatter, Confidence: 0.9}, sure: true}}}
	got := c.Think(context.Background(), m, s)
	if got.Kind != grid.Order || got.Command == nil || got.Otherwise == nil || got.Otherwise.Kind != grid.Chatter {
		t.Fatalf("got %+v", got)
	}
	for name, change := range map[string]func(*grid.Message, *grid.Scene){
		"from a grid worker":   as(grid.GridWorker),
		"in the staff chat":    in(grid.StaffChat),
		"with the bot's name":  func(m *grid.Message, _ *grid.Scene) { m.Text = "@小格 确认 12" },
		"with a resident want": func(m *grid.Message, _ *grid.Scene) { m.Text = "附议 12" },
	} {
		if got := c.Think(context.Background(), first(said("确认 12", change)), second(said("确认 12", change))); got.Kind != grid.Order || got.Otherwise != nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func first(m grid.Message, _ grid.Scene) grid.Message { return m }
func second(_ grid.Message, s grid.Scene) grid.Scene  { return s }

func TestAnyIntentEndsConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Consistent(grid.Intent{
			Kind:     rapid.SampledFrom(grid.Kinds()).Draw(t, "kind"),
			Category: rapid.SampledFrom(append(grid.Categories(), "")).Draw(t, "category"),
			Urgency:  rapid.SampledFrom(append(grid.Urgencies(), "")).Draw(t, "urgency"),
			Topic:    rapid.SampledFrom(append(grid.Topics(), "", "nonsense")).Draw(t, "topic"),
			Elder:    rapid.Bool().Draw(t, "elder"),
			Location: "3栋", Summary: "灯坏",
		})
		act := in.Kind.Actionable()
		if (in.Category != "") != act || (in.Urgency != "") != (in.Kind == grid.Report || in.Kind == grid.Wish) ||
			(in.Topic != "") != (act || in.Kind == grid.Inquiry) || in.Topic != "" && !in.Topic.Valid() ||
			(in.Location != "") != (act || in.Kind == grid.Inquiry || in.Kind == grid.FollowUp) {
			t.Fatalf("%+v", in)
		}
		if in.Kind == grid.Report && in.Urgency == grid.Emergency && in.Category != grid.Escalate {
			t.Fatalf("an emergency that is %s", in.Category)
		}
	})
}

func TestAFollowUpOfNothingKnownIsAFirstReport(t *testing.T) {
	m, s := said("8号楼的灯修了又灭，没人管")
	c := Chain{Steps: []Step{
		says{name: "rule", in: grid.Intent{Kind: grid.Report, Category: grid.Immediate, Urgency: grid.Urgent, Topic: "facilities", Confidence: 0.6}},
		says{name: "local", in: grid.Intent{Kind: grid.FollowUp, Confidence: 0.7}},
	}}
	if got := c.Think(t.Context(), m, s); got.Kind != grid.Report || got.Urgency != grid.Urgent || got.By != "rule" {
		t.Errorf("with nothing to follow up: %+v", got)
	}
	c.Steps = c.Steps[1:]
	if got := c.Think(t.Context(), m, s); got.Kind != grid.FollowUp {
		t.Errorf("when nobody calls it a report: %+v", got)
	}
}

// reads is a Later step with one fixed answer, which notes what it was told.
type reads struct {
	says
	soFar   *grid.Intent
	settled *bool
}

func (r reads) After(_ context.Context, _ grid.Message, _ grid.Scene, soFar grid.Intent, settled bool) (grid.Intent, bool, error) {
	if r.soFar != nil {
		*r.soFar, *r.settled = soFar, settled
	}
	return r.in, r.sure, r.err
}

func TestALaterStepReadsWithTheAnswersInHand(t *testing.T) {
	var soFar grid.Intent
	var settled bool
	local := says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.9, Topic: "noise"}, sure: true}
	later := reads{says{name: "llm"}, &soFar, &settled}
	if got := think("灯坏了", local, later); got.Kind != grid.Report || got.By != "local" || got.Unread != "" {
		t.Errorf("with nothing to say: %+v", got)
	}
	if soFar.Kind != grid.Report || soFar.By != "local" || !settled {
		t.Errorf("it was told %+v, settled %v", soFar, settled)
	}
	if think("灯坏了", says{name: "local", in: grid.Intent{Kind: grid.Wish, Confidence: 0.3}}, later); soFar.Kind != grid.Wish || settled {
		t.Errorf("it was told %+v, settled %v", soFar, settled)
	}
}

func TestALaterStepGoesOverSureAnswersOnlyWhenItIsSure(t *testing.T) {
	local := says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.9}, sure: true}
	for name, c := range map[string]struct {
		later reads
		by    string
	}{
		"sure":     {reads{says: says{name: "llm", in: grid.Intent{Kind: grid.Inquiry, Confidence: 0.8}, sure: true}}, "llm"},
		"not sure": {reads{says: says{name: "llm", in: grid.Intent{Kind: grid.Inquiry, Confidence: 0.99}}}, "local"},
	} {
		if got := think("灯坏了", local, c.later); got.By != c.by {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestALaterStepThatFailsIsNamedAndTheLocalAnswerStands(t *testing.T) {
	local := says{name: "local", in: grid.Intent{Kind: grid.Report, Confidence: 0.6}}
	for want, err := range map[string]error{"busy": &llm.Failure{Cause: llm.Busy}, "error": errors.New("gone")} {
		got := think("灯坏了", local, reads{says: says{name: "llm", err: err}})
		if got.Kind != grid.Report || got.By != "local" || got.Unread != want {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
}

func TestALaterStepNeverLowersADangerThatIsShared(t *testing.T) {
	calm := reads{says: says{name: "llm", in: grid.Intent{Kind: grid.Chatter, Confidence: 0.97}, sure: true}}
	got := think("有煤气味", says{name: "rule", in: grid.Intent{Kind: grid.Report, Urgency: grid.Emergency, Danger: "gas", Confidence: 0.8}}, calm)
	if got.Kind != grid.Report || got.Urgency != grid.Emergency || !got.Shared {
		t.Errorf("got %+v", got)
	}
}

func TestAReadingLinksWhereNothingSurerSpeaks(t *testing.T) {
	m, s := said("黑得很，摸着走的")
	s.Open = []grid.Matter{{SummaryText: "楼道灯坏了", LocationText: "3栋", Ticket: grid.Ticket{No: 5, Status: grid.Open, Heard: m.Sent}},
		{SummaryText: "打人", Ticket: grid.Ticket{No: 6, Status: grid.Open, Private: true, Heard: m.Sent}}}
	follow := func(no grid.TicketNo) Chain {
		return Chain{Steps: []Step{reads{says: says{name: "llm", in: grid.Intent{Kind: grid.FollowUp, Confidence: 0.9, Link: grid.Link{Ticket: no, Why: WhyRead}}, sure: true}}}}
	}
	if got := follow(5).Think(t.Context(), m, s); got.Link.Ticket != 5 || got.Link.Why != WhyRead {
		t.Errorf("got %+v", got.Link)
	}
	for name, no := range map[string]grid.TicketNo{"another's private matter": 6, "no matter of the scene": 99} {
		if got := follow(no).Think(t.Context(), m, s); got.Link.Ticket != 0 {
			t.Errorf("%s: %+v", name, got.Link)
		}
	}
	m.Text = "7栋的灯也黑得很"
	if got := follow(5).Think(t.Context(), m, s); got.Link.Ticket != 0 {
		t.Errorf("another building: %+v", got.Link)
	}
}

func TestWhoGoesOnAboutAPersonSaysAsLittleAloud(t *testing.T) {
	at := time.Date(2026, 9, 5, 11, 57, 0, 0, time.UTC)
	before := func(from grid.PersonID, ago time.Duration, sensitive bool) grid.Message {
		return grid.Message{ID: "1", From: from, Sent: at.Add(-ago), Text: "3栋老梁欠我四万三年不还", Intent: grid.Intent{Kind: grid.Chatter, Sensitive: sensitive}}
	}
	for name, c := range map[string]struct {
		text string
		last grid.Message
		want bool
	}{
		"at once, about him":          {"走了，判了，他没钱", before("a", time.Minute, true), true},
		"later":                       {"走了，判了，他没钱", before("a", time.Hour, true), false},
		"another speaker":             {"走了，判了，他没钱", before("b", time.Minute, true), false},
		"about nobody":                {"晚上吃什么", before("a", time.Minute, true), false},
		"after what anybody may hear": {"走了，判了，他没钱", before("a", time.Minute, false), false},
	} {
		m := grid.Message{ID: "2", From: "a", Sent: at, Kind: grid.TextMessage, Text: c.text}
		got := Chain{}.Think(t.Context(), m, grid.Scene{Now: at, Recent: []grid.Message{c.last}})
		if got.Sensitive != c.want {
			t.Errorf("%s: sensitive %v, want %v", name, got.Sensitive, c.want)
		}
	}
}
