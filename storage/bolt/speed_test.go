package bolt

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"youshi/storage"
)

// way is a way to write: ours, or one of bbolt's own on the same options.
type way func(fn func(storage.Tx) error) error

func ways(t testing.TB) map[string]way {
	t.Helper()
	s := openTemp(t)
	db, err := openFile(filepath.Join(t.TempDir(), "peer.db"), Options{}, mapSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	in := func(fn func(storage.Tx) error) func(*bbolt.Tx) error {
		return func(b *bbolt.Tx) error { return fn(newTx(b, "c")) }
	}
	return map[string]way{
		"ours":         func(fn func(storage.Tx) error) error { return s.Update(t.Context(), "c", fn) },
		"bbolt update": func(fn func(storage.Tx) error) error { return db.Update(in(fn)) },
		"bbolt batch":  func(fn func(storage.Tx) error) error { return db.Batch(in(fn)) },
	}
}

// write makes n updates from that many callers and gives the time it took.
func write(t testing.TB, w way, callers, n int) time.Duration {
	t.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	run := time.Now().UnixNano()
	begin := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for {
				i := left.Add(-1)
				if i < 0 {
					return
				}
				if err := w(something(fmt.Sprintf("m-%d-%d", run, i))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

// BenchmarkUpdate writes what a message leaves behind (inbox, post, message,
// timer), by our committer and by bbolt's two ways.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		for name, w := range ways(b) {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) { write(b, w, callers, b.N) })
		}
	}
}

// The figures of a machine say little; that many callers together are several
// times as fast as one after another, and one caller not slower than bbolt's
// batch with its timer, must hold everywhere. Noise gets three chances.
func TestCommittingTogetherPays(t *testing.T) {
	for _, c := range []struct {
		peer       string
		callers, n int
		times      float64
	}{{"bbolt update", 64, 640, 3}, {"bbolt batch", 1, 30, 2}} {
		t.Run(fmt.Sprintf("%d callers are %v times as fast as %s", c.callers, c.times, c.peer), func(t *testing.T) {
			var ratio float64
			for range 3 {
				all := ways(t)
				ours, peers := write(t, all["ours"], c.callers, c.n), write(t, all[c.peer], c.callers, c.n)
				ratio = peers.Seconds() / ours.Seconds()
				t.Logf("ours %v, %s %v: %.1f times as fast", ours, c.peer, peers, ratio)
				if ratio >= c.times {
					return
				}
			}
			t.Errorf("%.1f times as fast, want %v", ratio, c.times)
		})
	}
}
