package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"golang.org/x/sync/errgroup"

	"youshi/bot"
	"youshi/grid"
)

// Webhook mode.
const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	mostUpdate   = 4 << 20         // of one delivery, in bytes
	hookEvery    = 5 * time.Minute // how often Telegram is asked how delivering goes
)

// CheckSecret refuses a webhook's secret that Telegram does not take.
func CheckSecret(secret string) error {
	if secret == "" || len(secret) > 256 || strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return &grid.Error{Code: grid.Invalid, Say: "telegram.webhook_secret: Telegram takes 1 to 256 letters, digits, _ and - and nothing else"}
	}
	return nil
}

// serveHook takes deliveries until ctx is done.
func (c *Channel) serveHook(ctx context.Context) error {
	at, err := url.Parse(c.opt.Webhook.URL)
	if err != nil {
		return &grid.Error{Code: grid.Invalid, Say: "webhook_url is no address", Err: err}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.opt.Webhook.Addr)
	if err != nil {
		return fmt.Errorf("listening for Telegram's webhook on %s: %w", c.opt.Webhook.Addr, err)
	}
	mux := http.NewServeMux()
	path := at.Path
	if path == "" {
		path = "/"
	}
	mux.HandleFunc(path, c.delivered)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug)}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("taking deliveries on %s: %w", c.opt.Webhook.Addr, err)
		}
		return nil
	})
	all.Go(func() error {
		c.meet(ctx)
		c.keepHook(ctx)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil { // a connection that says nothing never goes idle
			return srv.Close()
		}
		return nil
	})
	return all.Wait()
}

// delivered takes one delivery: 200 says that it is on disk.
func (c *Channel) delivered(w http.ResponseWriter, r *http.Request) {
	switch {
	case !same(r.Header.Get(secretHeader), c.opt.Webhook.Secret):
		http.Error(w, "the secret is wrong", http.StatusUnauthorized)
		return
	case r.Method != http.MethodPost:
		http.Error(w, "POST would be right", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostUpdate))
	if err != nil {
		http.Error(w, "the delivery cannot be read", http.StatusBadRequest)
		return
	}
	if !json.Valid(body) {
		http.Error(w, "the delivery is no JSON", http.StatusBadRequest)
		return
	}
	_, err = c.hearBatch(r.Context(), []json.RawMessage{body}, false)
	if errors.Is(err, errNoIDs) {
		http.Error(w, "the delivery is no update", http.StatusBadRequest)
		return
	}
	if err != nil {
		c.log.Error("what Telegram delivered cannot be written down; it will come again", "err", err)
		http.Error(w, "the store does not answer", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// same compares secrets in a time that says nothing of them.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return b != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// keepHook sets the webhook and watches how delivering goes, until ctx is done.
func (c *Channel) keepHook(ctx context.Context) {
	for ctx.Err() == nil {
		err := c.setHook(ctx)
		if err == nil {
			break
		}
		sleep(ctx, c.health.ill(err))
	}
	for ctx.Err() == nil {
		sleep(ctx, hookEvery)
		c.askHook(ctx)
	}
}

func (c *Channel) setHook(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	_, err := c.api.lib.SetWebhook(ctx, &tg.SetWebhookParams{URL: c.opt.Webhook.URL, SecretToken: c.opt.Webhook.Secret, AllowedUpdates: asked})
	if err != nil {
		return fmt.Errorf("setting the webhook: %w", c.api.mask(err))
	}
	c.health.well()
	return nil
}

// askHook asks how delivering goes.
func (c *Channel) askHook(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	info, err := c.api.lib.GetWebhookInfo(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.health.ill(c.api.mask(err))
	case info.URL != c.opt.Webhook.URL:
		c.health.set(bot.HealthDown, sayTwice)
		if err := c.setHook(ctx); err != nil {
			c.log.Error("the webhook cannot be set again", "err", err)
		}
	case info.PendingUpdateCount > 0 && time.Since(time.Unix(int64(info.LastErrorDate), 0)) < 2*hookEvery:
		c.health.set(bot.HealthDeaf, fmt.Sprintf(sayHookFail, info.LastErrorMessage))
	default:
		c.health.well()
	}
}
