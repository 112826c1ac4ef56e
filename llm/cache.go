package llm

import (
	"container/list"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// cacheKey stands for a conversation; its words cannot be read back from it.
type cacheKey [sha256.Size]byte

// keyOf is the same for conversations that differ in spaces and capitals alone.
func keyOf(model string, messages []Message) cacheKey {
	h := sha256.New()
	for _, s := range append([]Message{{Role: model}}, messages...) {
		h.Write([]byte(s.Role + "\x00" + strings.ToLower(strings.Join(strings.Fields(s.Text), " ")) + "\x00"))
	}
	return cacheKey(h.Sum(nil))
}

// cache keeps the answers used latest. A nil answer is a refusal.
type cache struct {
	size  int
	mu    sync.Mutex
	order *list.List // of entry, the latest first
	at    map[cacheKey]*list.Element
}

type entry struct {
	key    cacheKey
	object json.RawMessage
	kept   json.RawMessage // what of it may outlive the program; nil: nothing
	at     time.Time       // when it was given
}

func newCache(size int) *cache {
	return &cache{size: size, order: list.New(), at: map[cacheKey]*list.Element{}}
}

func (c *cache) get(k cacheKey) (json.RawMessage, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[k]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(entry).object, true
}

func (c *cache) put(x entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.at[x.key]; ok {
		e.Value = x
		c.order.MoveToFront(e)
		return
	}
	c.at[x.key] = c.order.PushFront(x)
	if c.order.Len() > c.size {
		last := c.order.Back()
		delete(c.at, last.Value.(entry).key)
		c.order.Remove(last)
	}
}
