package telegram

import (
	"sync"
	"time"
)

// Telegram's limits, a little inside of them.
const (
	perChat        = 1050 * time.Millisecond
	perGroupMinute = 18
	overall        = time.Second / 28
)

// pace keeps the limits in machine time, whatever the store knows: parts of long
// texts, attempts whose end nobody knows, chats that Telegram told to rest. It
// begins rested: what an earlier life of the program said last may be a moment ago.
type pace struct {
	mu     sync.Mutex
	begun  time.Time
	chats  map[int64]*talk
	last   time.Time // when something was said anywhere
	rest   time.Time // nothing is said anywhere before
	failed int       // sends in a row that met a server in trouble
}

// talk is what was said in one chat lately.
type talk struct {
	said []time.Time // within the last minute
	rest time.Time   // Telegram wants nothing here before
}

func newPace(now time.Time) *pace { return &pace{begun: now, chats: map[int64]*talk{}} }

// wait gives how long until something may be said in the chat; 0: now, and then it
// counts as said.
func (p *pace) wait(chat int64, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, wait := p.look(chat, now)
	if wait == 0 {
		t.said, p.last = append(t.said, now), now
	}
	return wait
}

// peek gives the same, and counts nothing.
func (p *pace) peek(chat int64, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, wait := p.look(chat, now)
	return wait
}

// look gives what was said in a chat and how long until more may be; mu is held.
func (p *pace) look(chat int64, now time.Time) (*talk, time.Duration) {
	t := p.chats[chat]
	if t == nil {
		t = &talk{}
		p.tidy(now)
		p.chats[chat] = t
	}
	for len(t.said) > 0 && now.Sub(t.said[0]) >= time.Minute {
		t.said = t.said[1:]
	}
	free := p.begun.Add(perChat)
	if n := len(t.said); n > 0 {
		free = t.said[n-1].Add(perChat)
		if chat < 0 && n >= perGroupMinute && free.Before(t.said[0].Add(time.Minute)) {
			free = t.said[0].Add(time.Minute)
		}
	}
	for _, at := range []time.Time{t.rest, p.rest, p.last.Add(overall)} {
		if free.Before(at) {
			free = at
		}
	}
	return t, max(free.Sub(now), 0)
}

// ended notes when an attempt ended: the next second counts from then.
func (p *pace) ended(chat int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.chats[chat]; t != nil && len(t.said) > 0 {
		t.said[len(t.said)-1] = now
	}
}

// busy lets a chat rest as long as Telegram wants.
func (p *pace) busy(chat int64, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.chats[chat]; t != nil {
		t.rest = until
	}
}

// trouble lets everything rest a while after a server in trouble, longer each
// time, and gives how long.
func (p *pace) trouble(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	pause := min(time.Second<<min(p.failed, 6), 30*time.Second)
	if now.Before(p.rest) { // others met the same trouble a moment ago
		return p.rest.Sub(now)
	}
	p.failed++
	p.rest = now.Add(pause)
	return pause
}

// well says that the server answers.
func (p *pace) well() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = 0
}

// tidy forgets chats that are at rest; mu is held.
func (p *pace) tidy(now time.Time) {
	if len(p.chats) < 1000 {
		return
	}
	for id, t := range p.chats {
		quiet := len(t.said) == 0 || now.Sub(t.said[len(t.said)-1]) > time.Minute
		if quiet && now.After(t.rest) {
			delete(p.chats, id)
		}
	}
}
