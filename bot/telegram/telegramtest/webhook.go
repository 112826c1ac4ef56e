package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// webhook is where updates are delivered to, one after the other.
type webhook struct {
	url, secret string
	lastError   string
	lastAt      time.Time
	cancel      context.CancelFunc
}

// stop ends delivering; mu is held.
func (h *webhook) stop() {
	if h.cancel != nil {
		h.cancel()
	}
	h.url, h.cancel = "", nil
}

func (s *Server) setWebhook(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.stop()
	s.remember(p)
	if p.get("drop_pending_updates") == "true" {
		s.updates = nil
	}
	if p.get("url") == "" {
		return ok(true)
	}
	s.hook.url, s.hook.secret = p.get("url"), p.get("secret_token")
	ctx, cancel := context.WithCancel(context.Background())
	s.hook.cancel = cancel
	go s.deliver(ctx, s.hook.url, s.hook.secret)
	return ok(true)
}

func (s *Server) deleteWebhook(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.stop()
	if p.get("drop_pending_updates") == "true" {
		s.updates = nil
	}
	return ok(true)
}

func (s *Server) getWebhookInfo(context.Context, params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := wire{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.updates)}
	if s.hook.lastError != "" {
		info["last_error_message"], info["last_error_date"] = s.hook.lastError, s.hook.lastAt.Unix()
	}
	return ok(info)
}

// deliver posts each update until it is taken with 2xx, doubling the pause
// between tries and honouring Retry-After.
func (s *Server) deliver(ctx context.Context, url, secret string) {
	pause := s.opt.Retry
	for ctx.Err() == nil {
		s.mu.Lock()
		batch, changed := s.head(1), s.changed
		s.mu.Unlock()
		if len(batch) == 0 {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		after, err := push(ctx, url, secret, batch[0])
		s.mu.Lock()
		if err == nil {
			s.confirm(batch[0]["update_id"].(int64) + 1)
			pause = s.opt.Retry
		} else {
			s.hook.lastError, s.hook.lastAt = err.Error(), time.Now()
		}
		s.mu.Unlock()
		if err != nil {
			select {
			case <-time.After(max(pause, after)):
			case <-ctx.Done():
			}
			pause = min(2*pause, 60*s.opt.Retry)
		}
	}
}

// push delivers one update once; after is what the receiver asked to wait.
func push(ctx context.Context, url, secret string, u wire) (after time.Duration, err error) {
	body, err := json.Marshal(u)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // absent is none
		return time.Duration(seconds) * time.Second, fmt.Errorf("wrong response from the webhook: %s", res.Status)
	}
	return 0, nil
}
