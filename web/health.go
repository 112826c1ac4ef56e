package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// healthz answers GET /healthz: one line a check, 503 when one of them fails or
// does not answer in time.
func (b *Web) healthz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	var lines strings.Builder
	status := http.StatusOK
	for _, c := range b.opt.Checks {
		if err := c.Do(ctx); err != nil {
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&lines, "%s: %s\n", c.Name, strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Fprintf(&lines, "%s: ok\n", c.Name)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, lines.String()) // the caller hung up: nobody is left to tell
	return nil
}
