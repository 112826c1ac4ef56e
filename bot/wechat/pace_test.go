package wechat

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"youshi/grid"
)

// speech is one post that wants to be said from a time on, as the Sender brings it.
type speech struct {
	id    string
	class grid.Class
	at    time.Time // when it is brought next
	began time.Time
	said  time.Time
}

// play brings posts to a pace until all are said, in virtual time.
func play(p *pace, posts []*speech) {
	for {
		waiting := slices.DeleteFunc(slices.Clone(posts), func(s *speech) bool { return !s.said.IsZero() })
		if len(waiting) == 0 {
			return
		}
		next := slices.MinFunc(waiting, func(a, b *speech) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
		time.Sleep(time.Until(next.at))
		if wait := p.turn(next.id, next.class, time.Now()); wait > 0 {
			next.at = time.Now().Add(wait)
			continue
		}
		next.said = time.Now()
	}
}

func notices(n int) (posts []*speech) {
	for i := range n {
		posts = append(posts, &speech{id: fmt.Sprintf("n%03d", i), class: grid.ClassNotice, at: time.Now(), began: time.Now()})
	}
	return posts
}

// limits fails when messages came closer or thicker than a person's.
func limits(t *testing.T, posts []*speech) {
	t.Helper()
	var at []time.Time
	for _, s := range posts {
		at = append(at, s.said)
	}
	slices.SortFunc(at, time.Time.Compare)
	for i := range at {
		if i > 0 && at[i].Sub(at[i-1]) < 3*time.Second {
			t.Errorf("two messages came %v apart", at[i].Sub(at[i-1]))
		}
		if i >= 12 && at[i].Sub(at[i-12]) < time.Minute {
			t.Errorf("13 messages came within %v", at[i].Sub(at[i-12]))
		}
	}
}

func TestABroadcastToEveryGroupIsSpreadOverAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(3*time.Second, 12), time.Now()
		posts := notices(187)
		play(p, posts)
		last := slices.MaxFunc(posts, func(a, b *speech) int { return a.said.Compare(b.said) }).said
		if d := last.Sub(began); d < 50*time.Minute || d > 70*time.Minute {
			t.Errorf("187 groups took %v", d)
		}
		limits(t, posts)
	})
}

func TestAFirstAnswerPassesABroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3*time.Second, 12)
		posts := notices(187)
		var urgent []*speech
		for i := range 20 {
			at := time.Now().Add(time.Duration(5+i) * time.Minute)
			urgent = append(urgent, &speech{id: fmt.Sprintf("u%d", i), class: grid.ClassFirst, at: at, began: at})
		}
		all := slices.Concat(posts, urgent)
		play(p, all)
		for _, s := range urgent {
			if d := s.said.Sub(s.began); d > 10*time.Second {
				t.Errorf("%s waited %v", s.id, d)
			}
		}
		limits(t, all)
	})
}

func TestAHandfulOfMessagesGoesAtTheSpeedOfAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(3*time.Second, 12), time.Now()
		posts := notices(8)
		play(p, posts)
		limits(t, posts)
		if d := time.Since(began); d > time.Minute {
			t.Errorf("8 messages took %v", d)
		}
	})
}

func TestAPostThatDoesNotComeHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3*time.Second, 12)
		if wait := p.turn("a", grid.ClassAnswer, time.Now()); wait != 0 {
			t.Fatalf("the first waits %v", wait)
		}
		p.turn("never comes back", grid.ClassAnswer, time.Now())
		b := &speech{id: "b", class: grid.ClassAnswer, at: time.Now()}
		began := time.Now()
		play(p, []*speech{b})
		if d := b.said.Sub(began); d > 40*time.Second {
			t.Errorf("it waited %v", d)
		}
	})
}

func TestTooOftenStopsEverythingAndLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3*time.Second, 12)
		for _, want := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
			if got := p.strike(30*time.Minute, time.Now()); got != want {
				t.Fatalf("rests %v, want %v", got, want)
			}
			if again := p.strike(30*time.Minute, time.Now()); again != want {
				t.Errorf("a second word within the rest makes it %v", again)
			}
			if wait := p.turn("a", grid.ClassEmergency, time.Now()); wait != want {
				t.Errorf("even an emergency waits %v, want %v", wait, want)
			}
			time.Sleep(want)
		}
		if wait := p.turn("a", grid.ClassAnswer, time.Now()); wait != 0 {
			t.Errorf("after the rest it waits %v", wait)
		}
	})
}

// A message that was long on its way is counted from when the platform had it.
func TestASlowMessageKeepsTheNextAtItsDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3*time.Second, 12)
		posts := notices(12)
		for i, x := range posts {
			x.class = grid.ClassAnswer
			for wait := p.turn(x.id, x.class, time.Now()); wait > 0; wait = p.turn(x.id, x.class, time.Now()) {
				time.Sleep(wait)
			}
			time.Sleep(time.Duration(i%3) * 2 * time.Second)
			x.said = time.Now()
			p.landed(time.Now())
		}
		limits(t, posts)
	})
}

// A card for the staff and the first answer to the reporter are written together;
// whichever asks first, the answer goes first.
func TestAFirstAnswerPassesTheCardThatAsksBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3*time.Second, 12)
		card := &speech{id: "card", class: grid.ClassNotice, at: time.Now()}
		first := &speech{id: "first", class: grid.ClassFirst, at: time.Now().Add(time.Millisecond)}
		play(p, []*speech{card, first})
		if card.said.Before(first.said) {
			t.Errorf("the card went %v before the answer", first.said.Sub(card.said))
		}
	})
}
