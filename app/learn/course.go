package learn

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"youshi/days"
	"youshi/grid"
	"youshi/intents"
	"youshi/intents/local"
)

// course is what a model is taught: days, single messages, and strangers' talk
// to mix into the days, since written days hold too little of what people say.
type course struct {
	bot      string
	seed     uint64
	recorded [][]days.Line // file by file, as read
	asked    int           // how many of them, from the first, are days to measure by
	days     []chatDay     // the same, chat by chat
	lines    []local.Example
	talk     []string
	unlinked bool             // the Linker is not taught
	links    *intents.Weights // … and goes by these instead; may be nil
}

// chatDay is the messages of one chat in the order of sending.
type chatDay struct {
	file  int // its place in course.recorded
	name  string
	heard []local.Heard
	gold  []days.Line // the same, as read
}

func loadCourse(o Options) (*course, error) {
	recorded, single, err := days.OpenTraining(false, o.Data...)
	if err != nil {
		return nil, err
	}
	more, extra, err := days.OpenTraining(true, o.Extra...)
	if err != nil {
		return nil, err
	}
	c := &course{bot: cmp.Or(o.Bot, "小格"), seed: o.Seed, asked: len(recorded)}
	c.recorded = slices.Concat(recorded, more)
	for i, lines := range c.recorded {
		c.addDay(i, lines)
	}
	for _, e := range slices.Concat(single, extra) {
		if !e.Labelled() {
			c.talk = append(c.talk, e.Text)
			continue
		}
		c.lines = append(c.lines, local.Example{
			Message: grid.Message{Kind: e.Kind, Text: e.Text}, Scene: grid.Scene{Role: e.Role}, Gold: meaning(e.Labels),
		})
	}
	random := rand.New(rand.NewPCG(c.seed, 1))
	random.Shuffle(len(c.talk), func(i, j int) { c.talk[i], c.talk[j] = c.talk[j], c.talk[i] })
	if len(c.days) == 0 && len(c.lines) == 0 {
		return nil, &grid.Error{Code: grid.Invalid, Say: "there is no labelled message to learn from"}
	}
	return c, nil
}

// addDay adds the labelled messages of a file, chat by chat.
func (c *course) addDay(file int, lines []days.Line) {
	chats, matters := map[string]int{}, roots{}
	for _, l := range lines {
		if !l.Labelled() || l.Kind == grid.RecallMessage || l.Kind == grid.EditMessage {
			continue
		}
		i, known := chats[l.Group]
		if !known {
			i = len(c.days)
			chats[l.Group] = i
			c.days = append(c.days, chatDay{file: file, name: fmt.Sprintf("%d %s", file, l.Group)})
		}
		d := &c.days[i]
		d.gold = append(d.gold, l)
		d.heard = append(d.heard, local.Heard{Role: l.Role, Gold: meaning(l.Labels), Matter: matters.of(l), Message: grid.Message{
			ID: l.ID, From: grid.PersonID(l.Sender), Sent: l.Time, Kind: l.Kind, Text: l.Text, ReplyTo: l.ReplyTo,
		}})
	}
}

// roots gives the first message of each message's matter.
type roots map[grid.MessageID]grid.MessageID

func (r roots) of(l days.Line) grid.MessageID {
	r[l.ID] = l.ID
	for _, to := range []grid.MessageID{l.SameAs, l.PartOf} {
		if first, ok := r[to]; ok {
			r[l.ID] = first
		}
	}
	return r[l.ID]
}

func meaning(l days.Labels) grid.Intent {
	return grid.Intent{Kind: l.Intent, Category: l.Category, Urgency: l.Urgency, Topic: l.Topic, Location: l.Location, Sensitive: l.Sensitive, Confidence: 1}
}

// examples gives what a model learns from: every day as written and with talk
// mixed in, the single messages, and what talk is left. spoken are the same days
// for the Linker, each with the place of its first message among the examples.
func (c *course) examples() (all []local.Example, spoken []local.Spoken) {
	talk := c.talk
	for i, d := range c.days {
		var mixed []local.Heard
		mixed, talk = mix(d.heard, talk, c.random(i))
		for _, heard := range [][]local.Heard{d.heard, mixed} {
			if len(c.talk) == 0 && &heard[0] != &d.heard[0] {
				continue
			}
			scenes := local.Scenes(heard, c.bot, forgetful(c.random(i)))
			for j := range scenes {
				scenes[j].Group = d.name
				scenes[j].Weight, scenes[j].Careful = c.weight(d), d.file < c.asked
			}
			spoken = append(spoken, local.Spoken{Heard: heard, From: len(all), Weight: c.weight(d)})
			all = append(all, scenes...)
		}
	}
	all = append(all, c.lines...)
	for _, text := range talk {
		all = append(all, local.Example{Message: grid.Message{Text: text}, Gold: grid.Intent{Kind: grid.Chatter}})
	}
	return all, spoken
}

// careful is how much more the days to measure by count than those that only
// teach: they are labelled with more care.
const careful = 3

func (c *course) weight(d chatDay) float64 {
	if d.file < c.asked {
		return careful
	}
	return 1
}

// model makes a model of the course.
func (c *course) model(ctx context.Context, o Options, progress func(done, total int)) ([]byte, error) {
	examples, spoken := c.examples()
	if c.unlinked {
		spoken = nil
	}
	model, _, err := local.Train(ctx, examples, local.Options{Seed: o.Seed, Bot: c.bot, Spoken: spoken, Links: c.links, Progress: progress, Settings: o.settings})
	return model, err
}

func (c *course) random(i int) *rand.Rand { return rand.New(rand.NewPCG(c.seed, uint64(i)+2)) }

// forgetful understands as the labels say, but misses one matter in five and
// takes one talk in fifty for one: a program in use does not know better what
// was said before.
func forgetful(random *rand.Rand) func(int, local.Example) grid.Intent {
	return func(_ int, e local.Example) grid.Intent {
		x := random.Float64()
		switch {
		case e.Gold.Kind == grid.Chatter && x < 0.02:
			return grid.Intent{Kind: grid.Report}
		case e.Gold.Kind != grid.Chatter && x < 0.2:
			return grid.Intent{Kind: grid.Chatter}
		}
		return e.Gold
	}
}

// Shares of the messages mixed in.
const (
	idlePictures = 0.10 // pictures of nothing, which are the most frequent message in life
	idleVoices   = 0.03
	byRegulars   = 0.5 // said by somebody who also speaks in the day
	asQuotes     = 0.1
	byStaff      = 0.03
)

// mix puts as many messages of talk between those of a day as it has, said by
// its people and by others, and gives the talk that is left. The messages of
// the day keep their order; what is mixed in has no id.
func mix(day []local.Heard, talk []string, random *rand.Rand) (mixed []local.Heard, left []string) {
	n := min(len(day), len(talk))
	first, span := day[0].Sent, day[len(day)-1].Sent.Sub(day[0].Sent)
	mixed = slices.Clone(day)
	for _, text := range talk[:n] {
		h := local.Heard{Role: grid.Resident, Gold: grid.Intent{Kind: grid.Chatter, Confidence: 1}}
		h.Message = grid.Message{Kind: grid.TextMessage, Text: text, From: grid.PersonID(fmt.Sprint("stranger ", random.IntN(60)))}
		h.Sent = first.Add(time.Duration(random.Int64N(int64(span) + 1)))
		if other := day[random.IntN(len(day))]; random.Float64() < byRegulars && !other.Role.Staff() || random.Float64() < byStaff {
			h.From, h.Role = other.From, other.Role
		}
		switch x := random.Float64(); {
		case x < idlePictures:
			h.Kind, h.Text = grid.ImageMessage, ""
		case x < idlePictures+idleVoices:
			h.Kind = grid.VoiceMessage
		case x < idlePictures+idleVoices+asQuotes:
			h.ReplyTo = day[random.IntN(len(day))].ID
		}
		mixed = append(mixed, h)
	}
	slices.SortStableFunc(mixed, func(a, b local.Heard) int { return a.Sent.Compare(b.Sent) })
	return mixed, talk[n:]
}
