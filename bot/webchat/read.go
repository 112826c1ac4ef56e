package webchat

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"youshi/grid"
)

const (
	maxWait  = 60 * time.Second // of a long poll
	maxPosts = 10000            // in one answer of /api/said
	pageSize = 40               // lines in one answer of /api/history
)

// reader gives whose eyes a reading call has: the signed-in person in serve,
// the one named by ?as= in demo, "" (everybody's) in demo without.
func (c *Chat) reader(r *http.Request) (string, error) {
	as := r.URL.Query().Get("as")
	if c.opt.Demo && as == "" {
		return "", nil
	}
	return c.speaker(r, as)
}

// said answers GET /api/said?since=SEQ[&wait=10s].
func (c *Chat) said(w http.ResponseWriter, r *http.Request) (any, error) {
	who, err := c.reader(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	since, err := strconv.ParseUint(q.Get("since"), 10, 64)
	if err != nil && q.Get("since") != "" {
		return nil, refuse(http.StatusBadRequest, "since 应当是一个序号，例如 since=0。")
	}
	wait, err := time.ParseDuration(q.Get("wait"))
	if q.Get("wait") != "" && (err != nil || wait < 0) {
		return nil, refuse(http.StatusBadRequest, "wait 应当是一段时间，例如 wait=10s。")
	}
	wait = min(wait, maxWait)
	// A poll may outlast the server's deadline for writing an answer. Where it
	// cannot be moved, the answer comes when it comes.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(wait + 30*time.Second))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for over := wait == 0; ; {
		_, news := c.news.wait() // before reading, so that nothing falls between
		posts, err := c.opt.Book.Said(r.Context(), who, grid.Seq(since), maxPosts)
		if err != nil {
			return nil, err
		}
		if len(posts) > 0 || over {
			if posts == nil {
				posts = []Post{}
			}
			return map[string][]Post{"posts": posts}, nil
		}
		select {
		case <-news:
		case <-timer.C:
			over = true
		case <-c.gone:
			over = true
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// live answers GET /api/live with server-sent events: "changed" whenever a page
// should look again, with the version as data and id. It carries no words of
// anybody: what a page may see it asks for by /api/chats and /api/history, so a
// page that was away catches up by asking once.
func (c *Chat) live(w http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := c.reader(r); err != nil {
		return nil, err
	}
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("opening a live stream: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass events on at once
	fmt.Fprint(w, "retry: 1000\n\n")
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		version, news := c.news.wait()
		if _, err := fmt.Fprintf(w, "event: changed\nid: %d\ndata: %d\n\n", version, version); err != nil {
			return nil, nil
		}
		if err := out.Flush(); err != nil {
			return nil, nil
		}
	quiet:
		for {
			select {
			case <-news:
				break quiet
			case <-beat.C:
				fmt.Fprint(w, ": still here\n\n")
				if out.Flush() != nil {
					return nil, nil
				}
			case <-c.gone:
				return nil, nil
			case <-r.Context().Done():
				return nil, nil
			}
		}
	}
}

// rooms answers GET /api/chats?as=NAME.
func (c *Chat) rooms(_ http.ResponseWriter, r *http.Request) (any, error) {
	who, err := c.speaker(r, r.URL.Query().Get("as"))
	if err != nil {
		return nil, err
	}
	rooms, err := c.opt.Book.Rooms(r.Context(), who)
	if err != nil {
		return nil, err
	}
	if rooms == nil {
		rooms = []Room{}
	}
	for i := range rooms {
		if rooms[i].Last != nil {
			rooms[i].Last.At = c.local(rooms[i].Last.At)
		}
	}
	return struct {
		Now   time.Time `json:"now"`
		Chats []Room    `json:"chats"`
	}{c.opt.Now(), rooms}, nil
}

// history answers GET /api/history?chat=&as=&before=.
func (c *Chat) history(_ http.ResponseWriter, r *http.Request) (any, error) {
	q := r.URL.Query()
	who, err := c.speaker(r, q.Get("as"))
	if err != nil {
		return nil, err
	}
	chat, err := chatName(q.Get("chat"))
	if err != nil {
		return nil, err
	}
	lines, next, err := c.opt.Book.Lines(r.Context(), who, chat, q.Get("before"), pageSize)
	if err != nil {
		return nil, err
	}
	if lines == nil {
		lines = []Line{}
	}
	for i := range lines {
		lines[i].At = c.local(lines[i].At)
	}
	return struct {
		Lines  []Line `json:"lines"`
		Before string `json:"before"`
	}{lines, next}, nil
}

// local gives t in the community's time zone.
func (c *Chat) local(t time.Time) time.Time { return t.In(c.opt.Now().Location()) }
