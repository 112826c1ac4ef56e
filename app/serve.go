package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/app/desk"
	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
	"youshi/web"
)

// ServeOptions say what is served.
type ServeOptions struct {
	Config config.Config
	Log    *slog.Logger
	Out    io.Writer // where the address is told
}

// Serve is the main job: it hears, understands, acts and says until ctx is done.
func Serve(ctx context.Context, o ServeOptions) error {
	if err := reachable(o.Config.Web); err != nil {
		return err
	}
	if err := os.MkdirAll(o.Config.Data, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if err := desk.Alone(ctx, o.Config); err != nil {
		return err
	}
	store, err := bolt.Open(ctx, desk.StorePath(o.Config), bolt.Options{Logger: o.Log})
	if err != nil {
		return err
	}
	defer func() {
		if err := store.Close(); err != nil {
			o.Log.Error("closing the store", "part", "serve", "err", err)
		}
	}()
	h, err := build(ctx, plan{cfg: o.Config, log: o.Log, store: store, time: bot.MachineTime{Zone: o.Config.Timezone}, outside: true})
	if err != nil {
		return err
	}
	h.recallModel()
	l, err := listen(ctx, o.Config.Web.Addr)
	if err != nil {
		return err
	}
	handler, err := h.handler()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	admin := desk.Admin{Config: o.Config, Store: store, Log: h.log, Now: h.now, Revoked: h.revoked, Channels: h.channelLines}
	for _, w := range o.Config.Warnings() {
		o.Log.Warn(w, "part", "config")
	}
	h.warnUnshown()
	if err := h.warnUntold(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(o.Out, "youshi: open http://%s in a browser; Ctrl-C ends it\n", l.Addr())
	return runParts(ctx, h.log, append(append([]part{{"model's past", h.keepModel}}, h.parts()...), part{"watching the channels", h.watch}, part{"remembering", h.forget}, part{"admin socket", admin.Run}, httpPart(l, handler, h.log)))
}

// reachable refuses an address that others can reach unless what they say and the
// cookie they sign in with travel by https.
func reachable(w config.Web) error {
	host, _, err := net.SplitHostPort(w.Addr)
	if err != nil {
		return fmt.Errorf("the address %q in [web] is not HOST:PORT: %w", w.Addr, err)
	}
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() || w.BehindProxy || strings.HasPrefix(w.PublicURL, "https://") {
		return nil
	}
	return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf(
		"addr in [web] is %s, which others can reach, and the page speaks no https itself: put a proxy with https before it and say so (public_url = \"https://…\" or behind_proxy = true), or listen on 127.0.0.1:8080", w.Addr)}
}

// originOf is scheme and host of an address, "" of none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// warnUnshown names the web chat's groups that its page does not show: it shows
// one community (see docs/decisions/0011).
func (h *house) warnUnshown() {
	for _, g := range h.cfg.Groups {
		if g.Channel == webchat.ID && communityOf(h.cfg, g.Area) != h.communities[0] {
			h.log.Warn("the web chat shows one community; this group belongs to another", "part", "web chat", "group", g.Chat, "shown", h.communities[0])
		}
	}
}

// warnUntold says loudly in which areas nobody can be told of a matter.
func (h *house) warnUntold(ctx context.Context) error {
	for _, c := range h.communities {
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			untold, _, err := desk.Untold(tx, h.time.Now())
			for _, area := range untold {
				h.log.Warn("nobody can be told of a matter in this area: bind a staff chat, a grid worker or a secretary", "part", "roster", "area", area)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forget drops what was remembered for long enough, once an hour.
func (h *house) forget(ctx context.Context) error {
	every := time.NewTicker(time.Hour)
	defer every.Stop()
	for {
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil
		}
		for _, c := range h.communities {
			err := h.store.Update(ctx, c, func(tx storage.Tx) error {
				_, err := storage.Invitations(tx, h.time.Now(), true)
				return errors.Join(err, tx.Inbox().Forget(h.time.Now()), h.book.forgetSessions(tx))
			})
			if err != nil && ctx.Err() == nil {
				h.log.Error("forgetting old keys", "part", "inbox", "err", err)
			}
		}
	}
}

// board gives the ticket board over the house.
func (h *house) board() (*web.Web, error) {
	metrics := prometheus.NewRegistry()
	if err := h.gauges(metrics); err != nil {
		return nil, fmt.Errorf("adding the model's figures: %w", err)
	}
	if err := metrics.Register(channelGauge{h}); err != nil {
		return nil, fmt.Errorf("adding the channels' figures: %w", err)
	}
	return web.New(web.Options{
		Store: h.store, Community: h.communities[0], Now: h.now, Who: h.chat.Who, Accounts: webchat.ID, Registry: metrics, Log: h.log, Exports: h.exportDir(),
		Looked: h.handlers.Looked, Operate: operating{h},
		Model:  h.modelState,
		Checks: []web.Check{{Name: "store", Do: h.storeAnswers}, {Name: "lanes", Do: h.lanesMove}},
	})
}

func (h *house) storeAnswers(ctx context.Context) error {
	return h.store.View(ctx, h.communities[0], func(tx storage.Tx) error {
		_, err := tx.Inbox().Lanes()
		return err
	})
}

func (h *house) lanesMove(context.Context) error {
	if stuck := h.dispatcher.Backlog().Stuck; len(stuck) > 0 {
		return fmt.Errorf("%d lanes have not moved for a minute, the first is %s: look into the log", len(stuck), stuck[0])
	}
	return nil
}

// personOf is a person as the web chat's calls tell it.
func personOf(name string, role grid.Role, group string) webchat.Person {
	return webchat.Person{Name: name, Role: role, Group: group}
}
