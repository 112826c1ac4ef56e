package config

import (
	"path/filepath"
	"time"
)

// WeChat is the WeChat channel.
type WeChat struct {
	Session   string        `toml:"session"`             // a file's name within Data
	Mode      string        `toml:"mode"`                // desktop or normal
	Gap       time.Duration `toml:"gap"`                 // at least between two messages; up to two thirds more by chance
	PerMinute int           `toml:"messages_per_minute"` // at most, in all groups together
	Rest      time.Duration `toml:"rest"`                // without a message after WeChat said "too often"
	DeafAfter time.Duration `toml:"deaf_after"`          // hearing nothing for so long in daytime is worth an alarm
}

func (w *WeChat) preset() {
	*w = WeChat{Session: "wechat.json", Mode: "desktop", Gap: 3 * time.Second, PerMinute: 12, Rest: 30 * time.Minute, DeafAfter: 2 * time.Hour}
}

func (r *reader) wechat(w WeChat) {
	one(r, "wechat.mode", w.Mode, []string{"desktop", "normal"})
	if w.Session == "" || w.Session != filepath.Base(w.Session) || w.Session == ".." || w.Session == "." {
		r.wrong("wechat.session", `%q is no file's name; right would be "wechat.json", which lies in the data folder`, w.Session)
	}
	r.between("wechat.messages_per_minute", w.PerMinute, 1, 20)
	for key, d := range map[string]struct{ is, low, high time.Duration }{
		"wechat.gap":        {w.Gap, time.Second, 10 * time.Minute},
		"wechat.rest":       {w.Rest, time.Minute, 24 * time.Hour},
		"wechat.deaf_after": {w.DeafAfter, time.Minute, 14 * time.Hour},
	} {
		if (d.is < d.low || d.is > d.high) && !r.found(key) {
			r.wrong(key, "%v is impossible; right would be between %v and %v", d.is, d.low, d.high)
		}
	}
}
