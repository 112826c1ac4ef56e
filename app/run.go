package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"youshi/bot/webchat"
)

// stopWithin is how long one part may take to end.
const stopWithin = 15 * time.Second

// part is something lasting: it runs until its context is done.
type part struct {
	name string
	run  func(context.Context) error
}

// runParts starts the parts in order and, when ctx is done or one of them ends
// with an error, stops them from the last to the first, each whole before the
// next. It gives the error that ended it.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	type ended struct {
		name string
		err  error
	}
	fell := make(chan ended, len(parts))
	type running struct {
		part
		stop context.CancelFunc
		done chan struct{}
	}
	var all []running
	for _, p := range parts {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		r := running{p, stop, make(chan struct{})}
		go func() {
			defer close(r.done)
			if err := p.run(own); err != nil && own.Err() == nil {
				fell <- ended{p.name, err}
			}
		}()
		all = append(all, r)
	}
	var failure error
	select {
	case <-ctx.Done():
	case e := <-fell:
		failure = fmt.Errorf("%s ended: %w", e.name, e.err)
	}
	for _, r := range slices.Backward(all) {
		r.stop()
		select {
		case <-r.done:
		case <-time.After(stopWithin):
			failure = errors.Join(failure, fmt.Errorf("%s did not stop within %s", r.name, stopWithin))
		}
		log.Debug("stopped", "part", r.name)
	}
	return failure
}

// parts are the lasting parts of the house in the order of starting: what comes
// later needs what comes earlier.
func (h *house) parts() []part {
	return append([]part{
		{"speaking", h.sender.Run},
		{"jobs", h.jobs.Run},
		{"lanes", h.dispatcher.Run},
		{"clock", h.clock.Run},
		{"web chat", func(ctx context.Context) error { return h.chat.Run(ctx, h.ear.For(webchat.ID)) }},
	}, h.outside...)
}

// httpPart serves handler on a listener that is open already.
func httpPart(l net.Listener, handler http.Handler, log *slog.Logger) part {
	return part{"http", func(ctx context.Context) error {
		srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
		failed := make(chan error, 1)
		go func() { failed <- srv.Serve(l) }()
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
		}
		end, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil { // a live page never goes idle
			return srv.Close()
		}
		return nil
	}}
}

// listen opens the address, with a sentence when it is taken.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (is another program there? another address: --addr, or addr in [web]): %w", addr, err)
	}
	return l, nil
}
