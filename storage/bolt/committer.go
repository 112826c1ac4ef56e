package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
)

// mostCalls bounds a commit, so that what waits behind it does not wait for long.
const mostCalls = 1024

// call is one Update on its way.
type call struct {
	ctx context.Context
	c   grid.CommunityID
	fn  func(storage.Tx) error
	err error
	end chan struct{} // closed once err says how it ended
}

// committer runs Updates one after another and commits together whatever waits
// when the last commit ended: the disk's slowness gathers the calls, no timer
// does, so a lone caller waits for nobody.
type committer struct {
	db   *bbolt.DB
	path string
	log  *slog.Logger

	mu      sync.Mutex
	waiting []*call
	closed  bool
	wake    chan struct{} // holds one token when something waits
	gone    chan struct{} // closed when the last call has ended

	// Only the loop touches these.
	failing bool  // the last commit could not be written
	broken  error // nothing can be written until the file is opened anew
}

func newCommitter(db *bbolt.DB, path string, log *slog.Logger) *committer {
	m := &committer{db: db, path: path, log: log, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	go m.loop()
	return m
}

// update waits until fn is done and on disk. When ctx ends first, fn has not run
// and will not; once it is running, its own end counts.
func (m *committer) update(ctx context.Context, c grid.CommunityID, fn func(storage.Tx) error) error {
	x := &call{ctx: ctx, c: c, fn: fn, end: make(chan struct{})}
	if err := m.enter(x); err != nil {
		return err
	}
	select {
	case <-x.end:
	case <-ctx.Done():
		if m.leave(x) {
			return fmt.Errorf("waiting to write: %w", ctx.Err())
		}
		<-x.end
	}
	return x.err
}

func (m *committer) enter(x *call) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return closed()
	}
	m.waiting = append(m.waiting, x)
	m.nudge()
	return nil
}

// leave takes a call back, and reports false when it is too late for that.
func (m *committer) leave(x *call) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.Index(m.waiting, x)
	if i < 0 {
		return false
	}
	m.waiting = slices.Delete(m.waiting, i, i+1)
	return true
}

// close refuses later calls and returns when those that wait have ended.
func (m *committer) close() {
	m.mu.Lock()
	m.closed = true
	m.nudge()
	m.mu.Unlock()
	<-m.gone
}

func (m *committer) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take gives the calls that wait, and whether there is nothing more to come.
func (m *committer) take() (calls []*call, over bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := min(len(m.waiting), mostCalls)
	calls, m.waiting = m.waiting[:n:n], m.waiting[n:]
	if len(m.waiting) > 0 || m.closed {
		m.nudge()
	}
	return calls, n == 0 && m.closed
}

func (m *committer) loop() {
	over := false
	defer func() {
		if over {
			close(m.gone)
			return
		}
		m.nudge()
		go m.loop() // a fn ended this goroutine; its call has been answered
	}()
	for range m.wake {
		runtime.Gosched() // those whom the last commit woke get to the door first
		var calls []*call
		if calls, over = m.take(); over {
			return
		}
		m.serve(calls)
	}
}

// serve brings every call to its end.
func (m *committer) serve(calls []*call) {
	var failed []*call // they know their errors, but wait for the commit of what they saw
	defer func() {
		end(failed)
		if len(calls) > 0 { // a fn ended this goroutine: the others go to the front again
			m.mu.Lock()
			m.waiting = append(calls, m.waiting...)
			m.mu.Unlock()
		}
	}()
	calls = slices.DeleteFunc(calls, func(x *call) bool {
		if x.err = x.ctx.Err(); x.err != nil {
			close(x.end)
		}
		return x.err != nil
	})
	for len(calls) > 0 {
		bad := -1
		err := m.commit(calls, func(i int) {
			// As if it had failed, until commit says otherwise: it may never return.
			failed, calls = append(failed, calls[i]), slices.Delete(slices.Clone(calls), i, i+1)
			bad = i
		})
		if bad >= 0 {
			continue
		}
		if err != nil {
			for _, x := range slices.Concat(calls, failed) {
				x.err = err
			}
		}
		end(calls)
		calls = nil
	}
}

func end(calls []*call) {
	for _, x := range calls {
		close(x.end)
	}
}

// errGone says that a fn called runtime.Goexit, as t.FailNow does.
var errGone = errors.New("the function given to Update ended its goroutine; nothing of it was kept")

// commit runs the calls in one transaction. When one fails after it wrote, the
// transaction is rolled back and reject is told; nothing of any call is kept.
func (m *committer) commit(calls []*call, reject func(i int)) error {
	if m.broken != nil {
		return m.broken
	}
	b, err := m.db.Begin(true)
	if err != nil {
		return m.unwritable(err)
	}
	done := false
	defer func() {
		if !done {
			_ = b.Rollback() // nothing was written yet: this cannot fail
		}
	}()
	wrote := false
	for i, x := range calls {
		t := newTx(b, x.c)
		returned := false
		func() {
			defer func() {
				if !returned {
					x.err = errGone
					reject(i)
				}
			}()
			x.err = run(x.fn, t)
			returned = true
		}()
		if x.err != nil && t.wrote {
			reject(i)
			return nil
		}
		wrote = wrote || t.wrote
	}
	if !wrote {
		return nil // nothing to write, so nothing to wait for
	}
	done = true
	return m.flush(b)
}

// run turns a panic of fn into an error with the place where it happened.
func run(fn func(storage.Tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the function given to Update panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}

// flush commits. An error means that nothing of b will ever be seen, but for the
// one case in which the disk failed at the last step and nobody can tell: then
// nothing more is written until the file is opened anew.
func (m *committer) flush(b *bbolt.Tx) (err error) {
	id := b.ID()
	defer func() {
		if p := recover(); p != nil {
			m.broken = unclear(m.path, fmt.Errorf("%v\n%s", p, debug.Stack()))
			err = m.broken
			m.log.Error("the store broke down while writing", "err", err)
			giveUp(b)
		}
	}()
	if err := b.Commit(); err != nil {
		return m.failed(id, err)
	}
	if m.failing {
		m.failing = false
		m.log.Info("the store can be written again")
	}
	return nil
}

// failed judges a commit that ended with an error: can readers see it all the same?
func (m *committer) failed(id int, err error) error {
	if last, readErr := m.last(); readErr != nil || last >= id {
		m.broken = unclear(m.path, errors.Join(err, readErr))
		m.log.Error("a write ended unclear; the store is shut until the next start", "err", m.broken)
		return m.broken
	}
	return m.unwritable(err)
}

// last gives the id of the last transaction that a reader sees.
func (m *committer) last() (id int, err error) {
	err = m.db.View(func(b *bbolt.Tx) error {
		id = b.ID()
		return nil
	})
	return id, err
}

// giveUp lets go of a transaction whose commit broke down, so that Close can end.
func giveUp(b *bbolt.Tx) {
	defer func() { _ = recover() }() // it broke already; what matters is the lock
	_ = b.Rollback()
}

func (m *committer) unwritable(err error) error {
	err = unwritable(m.path, err)
	if !m.failing {
		m.failing = true
		m.log.Error("the store cannot be written; every write fails until it can", "err", err)
	}
	return err
}
