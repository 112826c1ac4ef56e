package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"youshi"
	"youshi/app/desk"
	"youshi/bot"
	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

// DemoOptions say how the demo is played.
type DemoOptions struct {
	Addr       string    // HOST:PORT; "": the config's
	Transcript string    // a recorded day; "": the one that comes with the program; "none": no day
	Start      time.Time // zero: where the store ended, else the day's first minute, else now
	DB         string    // "": a temporary file
	Config     config.Config
	Log        *slog.Logger
	Out        io.Writer // where the address is told
}

// Demo is the whole program on the web chat with a clock that can be pushed,
// sample people of every role and a recorded day to play. It ends with ctx.
func Demo(ctx context.Context, o DemoOptions) error {
	d, err := openDemo(ctx, o)
	if err != nil {
		return err
	}
	defer d.close()
	addr := o.Addr
	if addr == "" {
		addr = o.Config.Web.Addr
	}
	l, err := listen(ctx, addr)
	if err != nil {
		return err
	}
	handler, err := d.handler(d.player.register)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	admin := desk.Admin{Config: d.cfg, Store: d.store, Log: d.log, Now: d.now, Revoked: d.revoked}
	parts := append(d.parts(), part{"player", d.player.Run}, part{"admin socket", admin.Run}, httpPart(l, handler, d.log))
	fmt.Fprintf(o.Out, "youshi demo: open http://%s in a browser; the clock shows %s; Ctrl-C ends it\n",
		l.Addr(), d.now().Format("2006-01-02 15:04"))
	return runParts(ctx, d.log, parts)
}

// demo is a house with a clock that can be pushed.
type demo struct {
	*house
	player *player
	close  func()
}

// openDemo builds the demo; nothing runs yet.
func openDemo(ctx context.Context, o DemoOptions) (_ *demo, err error) {
	lines, err := dayOf(o.Transcript)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "youshi-demo-*")
	if err != nil {
		return nil, fmt.Errorf("making a place for the demo's files: %w", err)
	}
	remove := func() { _ = os.RemoveAll(dir) } // a temporary folder: nothing is lost with it
	defer func() {
		if err != nil {
			remove()
		}
	}()
	cfg, path := o.Config, o.DB
	if path == "" {
		path, cfg.Data = filepath.Join(dir, "youshi.db"), dir
	} else {
		cfg.Data = filepath.Dir(path)
	}
	store, err := bolt.Open(ctx, path, bolt.Options{Scratch: o.DB == "", Logger: o.Log})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	start, err := startOf(ctx, store, o.Start, lines)
	if err != nil {
		return nil, err
	}
	clock := bot.NewPushed(start.In(cfg.Timezone))
	d := &demo{player: &player{clock: clock, lines: lines, wake: make(chan struct{}, 1)}, close: func() {
		if err := store.Close(); err != nil && o.Log != nil {
			o.Log.Error("closing the store", "part", "demo", "err", err)
		}
		remove()
	}}
	d.house, err = build(ctx, plan{cfg: cfg, log: o.Log, store: store, time: clock, demo: true, clock: d.player})
	if err != nil {
		return nil, err
	}
	d.player.house = d.house
	if err := d.people(ctx, lines); err != nil {
		return nil, err
	}
	return d, d.player.begin(ctx)
}

// dayOf reads the recorded day to play.
func dayOf(transcript string) ([]days.Line, error) {
	switch transcript {
	case "none":
		return nil, nil
	case "":
		return days.Read(bytes.NewReader(youshi.SampleDay), "d01.jsonl")
	}
	return days.Open(transcript)
}

// startOf gives the time at which the demo's clock begins: it never goes behind
// what the store holds already.
func startOf(ctx context.Context, store storage.Store, asked time.Time, lines []days.Line) (time.Time, error) {
	last, err := lastEvent(ctx, store)
	if err != nil {
		return last, err
	}
	start := asked
	switch {
	case !asked.IsZero() && asked.Before(last):
		return last, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf(
			"the store's last event was at %s: a demo on it cannot start before (--start %s); start later, or take another --db",
			last.Format(time.RFC3339), asked.Format(time.RFC3339))}
	case !asked.IsZero():
	case len(lines) > 0:
		start = lines[0].Time.Truncate(time.Minute)
	default:
		start = time.Now().Truncate(time.Second)
	}
	return later(start, last), nil
}

// lastEvent gives the time of the last thing that the store holds, zero for an
// empty one.
func lastEvent(ctx context.Context, store storage.Store) (time.Time, error) {
	var last time.Time
	all, err := store.Communities(ctx)
	if err != nil {
		return last, err
	}
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range all {
		err := store.View(ctx, c, func(tx storage.Tx) error {
			for m, err := range tx.Messages().Between(time.Time{}, far) {
				if err != nil {
					return err
				}
				last = later(m.Heard, last)
			}
			for e, err := range tx.Journal().Between(time.Time{}, far) {
				if err != nil {
					return err
				}
				last = later(e.At, last)
			}
			said, err := tx.Outbox().Said(0, 1<<30)
			if err != nil {
				return err
			}
			for _, o := range said {
				last = later(o.SentAt, last)
			}
			mark, err := tx.Notes().Get(notesDemo, "now")
			if err != nil || mark == nil {
				return err
			}
			pushed, err := time.Parse(time.RFC3339Nano, string(mark))
			last = later(pushed, last)
			return err
		})
		if err != nil {
			return last, fmt.Errorf("looking for the last event in the store: %w", err)
		}
	}
	return last, nil
}

// samplePeople are people of every role for a first visitor; a recorded day
// brings its own residents, workers and secretary.
var samplePeople = []struct {
	name string
	role grid.Role
}{
	{"张大妈", grid.Resident}, {"李大爷", grid.Resident}, {"陈小燕", grid.Resident},
	{"志愿者小周", grid.Volunteer}, {"楼长老郭", grid.BuildingHead}, {"网格员李敏", grid.GridWorker},
	{"物业小孙", grid.Property}, {"业委会吴主任", grid.Committee}, {"派出所王警官", grid.Unit},
	{"王书记", grid.Secretary}, {"街道赵主任", grid.SubdistrictHQ}, {"区里钱科长", grid.DistrictHQ},
}

// sampleGrid is the grid that a demo without a recorded day begins with.
const sampleGrid = "第3网格"

// people makes the sample people and those of the recorded day. A role that the
// day has is not filled twice.
func (d *demo) people(ctx context.Context, lines []days.Line) error {
	if err := enrol(ctx, d.book, lines); err != nil {
		return err
	}
	group, filled := sampleGrid, map[grid.Role]bool{}
	for _, l := range lines {
		group, filled[l.Role] = l.Group, true
	}
	for _, p := range samplePeople {
		if filled[p.role] {
			continue
		}
		if err := d.book.enrol(ctx, personOf(p.name, p.role, group)); err != nil {
			return fmt.Errorf("making the sample people: %w", err)
		}
	}
	return nil
}

// handler gives all calls of the program; more registers what only the demo has.
func (h *house) handler(more ...func(*http.ServeMux)) (http.Handler, error) {
	mux := http.NewServeMux()
	h.chat.Register(mux)
	board, err := h.board()
	if err != nil {
		return nil, err
	}
	board.Register(mux)
	for _, register := range more {
		register(mux)
	}
	return mux, nil
}
