package asked

import "sync"

const (
	window = 100 // messages that the share is counted over
	loan   = 5   // requests that may be made before messages have earned them
)

// reserve is how many requests must be left for something of that value to be
// asked: the rest is kept for what is worth more.
var reserve = map[value]int{little: 3, some: 2, much: 1}

// share keeps the requests to a share of the messages: at most per100 in any
// hundred messages in a row, and altogether no more than that share, but for a
// loan at the start. What a quiet morning saves is there for a busy noon.
type share struct {
	per100 int // 100 and more: no limit

	mu     sync.Mutex
	ring   [window]int // requests made while each of the last messages was the latest
	latest int         // the place of the latest message in it
	within int         // their sum
	made   int         // requests since the start
	credit int         // in hundredths of a request; below 0 while the loan is paid back
}

func newShare(per100 int) *share { return &share{per100: per100} }

func (s *share) limited() bool { return s.per100 < 100 }

// heard counts a message.
func (s *share) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = (s.latest + 1) % window
	s.within -= s.ring[s.latest]
	s.ring[s.latest] = 0
	s.credit = min(s.credit+s.per100, 100*s.per100)
}

// open reports whether something of that value may be asked now.
func (s *share) open(v value) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.limited() || s.left() >= reserve[v]
}

// spend takes one request, false when there is none to take.
func (s *share) spend() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left() < 1 {
		return false
	}
	s.ring[s.latest]++
	s.within++
	s.made++
	s.credit -= 100
	return true
}

// left gives how many requests may be made now.
func (s *share) left() int {
	if !s.limited() {
		return window
	}
	return min(max(s.credit/100, loan-s.made), s.per100-s.within)
}
