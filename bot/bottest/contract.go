package bottest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
)

// within is how long a channel may take to hear or to stop: network is real time.
const within = 15 * time.Second

// Fixture is a channel over a platform that the test holds.
type Fixture struct {
	// Connect gives the channel anew, as after a restart of the program: the
	// platform is the same, what the channel kept in its files and notes too.
	Connect func() bot.Channel
	// Say lets a resident say text in the group, on the platform. Where the
	// platform is us (the web chat), its error is what the resident is told;
	// where we fetch from it, it is nil, and the platform keeps what was not
	// acknowledged.
	Say func(text string) error
	// Chat is the group that Say speaks in.
	Chat grid.Chat
	// Seen gives the bot's texts in the group as residents see them, in order.
	// Nil: cannot be seen from here.
	Seen func() []string

	// Notes are those that Connect gives to the channel; nil: it keeps none.
	Notes *Notes
	// What follows the platform may not be able to do: nil.

	As     func(who, text string) error // somebody of that name says text in the group
	Again  func() error                 // the platform tells the last line once more
	Edit   func(text string) error      // the last line is changed
	Recall func() error                 // the last line is taken back
	Answer func(text string) error      // a resident answers the bot's last post
	// Press presses a button under the bot's last post. Nil: the platform has no
	// buttons, so residents must be able to read the choices.
	Press func(label string) error
	// Times tells when the platform took each post in the group.
	Times func() []time.Time
}

// Run holds a channel to the contract; open gives a new platform for each part.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	t.Helper()
	for name, part := range map[string]func(*testing.T, Fixture){
		"what is said is heard whole and in order":                   hearsInOrder,
		"what could not be written down is not lost":                 losesNothing,
		"what was not written down before a stop comes after it":     losesNothingOverAStop,
		"a restart goes on with new ids and loses nothing":           restarts,
		"what the platform tells twice has one key":                  hearsOnce,
		"two people are two, and the same after a restart":           knowsPeople,
		"an edit and a recall name the line they mean":               followsChanges,
		"a post is said with ids of its own and seen once, in order": says,
		"an answer to a post names it":                               hearsAnswers,
		"a choice can be made":                                       offersChoices,
		"a post is rewritten in place":                               rewrites,
		"posts keep the channel's own limits":                        keepsLimits,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, open(t))
		})
	}
}

// ears collect what a channel hears, and keep its notes as the store does.
type ears struct {
	mu    sync.Mutex
	evs   []grid.Event
	notes *Notes
	fail  error
	deaf  bool // every hearing fails
	more  chan struct{}
}

func (e *ears) hear(ctx context.Context, h bot.Heard) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.fail; err != nil || e.deaf {
		e.fail = nil
		return cmp.Or(err, errors.New("the store does not answer"))
	}
	if e.notes != nil {
		if err := e.notes.Put(ctx, h.Notes...); err != nil {
			return err
		}
	}
	e.evs = append(e.evs, h.Events...)
	select {
	case e.more <- struct{}{}:
	default:
	}
	return nil
}

// texts waits until the given texts were heard first in this order, repeats of
// one key aside, and gives their events.
func (e *ears) texts(t *testing.T, want ...string) []grid.Event {
	t.Helper()
	late := time.After(within)
	for {
		e.mu.Lock()
		var first []grid.Event
		var got []string
		for _, ev := range e.evs {
			if !slices.ContainsFunc(first, func(x grid.Event) bool { return x.Key == ev.Key }) {
				first, got = append(first, ev), append(got, ev.Message.Text)
			}
		}
		e.mu.Unlock()
		if slices.Equal(got, want) {
			return first
		}
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("heard %q, want %q", got, want)
		}
	}
}

// run starts the channel; the function given stops it and looks how it ended.
func run(t *testing.T, ch bot.Channel, e *ears) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ch.Run(ctx, e.hear) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run ended with %v after its context was done, want nil", err)
			}
		case <-time.After(within):
			t.Errorf("Run did not end within %v of its context", within)
		}
	})
	t.Cleanup(stop)
	return stop
}

// say speaks until the platform takes it: a channel that is just starting may refuse.
func say(t *testing.T, f Fixture, texts ...string) {
	t.Helper()
	for _, text := range texts {
		var err error
		for range 100 {
			if err = f.Say(text); err == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if err != nil {
			t.Fatalf("saying %q on the platform: %v", text, err)
		}
	}
}

func newEars(f Fixture) *ears { return &ears{notes: f.Notes, more: make(chan struct{}, 1)} }

func hearsInOrder(t *testing.T, f Fixture) {
	ch, e := f.Connect(), newEars(f)
	run(t, ch, e)
	say(t, f, "一", "二", "三")
	ids := map[grid.MessageID]bool{}
	for _, ev := range e.texts(t, "一", "二", "三") {
		switch {
		case ev.Kind != grid.EventMessage, ev.Key.Channel != ch.ID(), ev.Key.Message == "", ev.Key.Chat == "":
			t.Errorf("heard kind %q with key %+v, want a message with a whole key", ev.Kind, ev.Key)
		case ev.Native.Channel != ch.ID(), ev.Native.Native != f.Chat.Native:
			t.Errorf("heard in chat %+v, want %+v", ev.Native, f.Chat)
		case ev.Speaker.Channel != ch.ID(), ev.Speaker.ID == "", ev.Speaker.Name == "":
			t.Errorf("heard from %+v, want an account of %s with a name", ev.Speaker, ch.ID())
		case ev.Message.ID == "", ids[ev.Message.ID]:
			t.Errorf("heard with the message id %q, want one of its own", ev.Message.ID)
		case ev.Message.Sent.IsZero():
			t.Error("heard without the time of sending")
		}
		ids[ev.Message.ID] = true
	}
}

func losesNothing(t *testing.T, f Fixture) {
	e := newEars(f)
	run(t, f.Connect(), e)
	say(t, f, "先")
	e.texts(t, "先")
	e.mu.Lock()
	e.fail = errors.New("the disk is full")
	e.mu.Unlock()
	if err := f.Say("后"); err != nil {
		say(t, f, "后") // the resident was told, and says it again
	}
	e.texts(t, "先", "后")
}

func restarts(t *testing.T, f Fixture) {
	e := newEars(f)
	stop := run(t, f.Connect(), e)
	say(t, f, "昨天")
	before := e.texts(t, "昨天")[0]
	stop()
	run(t, f.Connect(), e)
	say(t, f, "今天")
	after := e.texts(t, "昨天", "今天")[1]
	if before.Key == after.Key || before.Message.ID == after.Message.ID {
		t.Errorf("the first message after a restart has the ids of an earlier one: %+v", after.Key)
	}
}

func says(t *testing.T, f Fixture) {
	ch := f.Connect()
	run(t, ch, newEars(f))
	ids := map[grid.MessageID]bool{}
	for i, text := range []string{"收到", "办好了"} {
		got := send(t, ch, f, post(f, i+1, text))
		for _, id := range got {
			if id == "" || ids[id] {
				t.Errorf("Send(%q) gave the id %q, want one of its own", text, id)
			}
			ids[id] = true
		}
	}
	if f.Seen == nil {
		return
	}
	if got, want := f.Seen(), []string{"收到", "办好了"}; !slices.Equal(got, want) {
		t.Errorf("residents see %q, want %q", got, want)
	}
}
