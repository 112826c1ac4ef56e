package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// hidden stands wherever a Secret would be printed.
const hidden = "***"

// Secret is a reference to a secret: the environment variable of "env:NAME" or
// the file of "file:PATH". It never prints what it refers to, and a literal in
// the config is refused. The zero Secret is unset.
type Secret struct{ kind, name string }

// UnmarshalText reads "env:NAME" or "file:PATH". The error never quotes the
// text, because that may be the secret itself.
func (s *Secret) UnmarshalText(text []byte) error {
	kind, name, _ := strings.Cut(string(text), ":")
	if kind != "env" && kind != "file" || name == "" {
		return errors.New(`a secret never stands in the config itself; right would be "env:NAME" or "file:PATH"`)
	}
	*s = Secret{kind, name}
	return nil
}

// IsZero says that the secret is not set.
func (s Secret) IsZero() bool { return s == Secret{} }

// Open gives the secret, without white space around it. The error names the
// variable or file that has none.
func (s Secret) Open() (string, error) {
	var text string
	switch s.kind {
	case "env":
		text = os.Getenv(s.name)
	case "file":
		b, err := os.ReadFile(s.name)
		if err != nil {
			return "", fmt.Errorf("reading a secret: %w", err)
		}
		text = string(b)
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("the secret %s:%s is empty", s.kind, s.name)
	}
	return text, nil
}

// String hides the secret from printing.
func (s Secret) String() string { return hidden }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return hidden }

// MarshalText hides the secret from JSON and TOML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// within joins a relative file to the config's folder.
func (s *Secret) within(dir string) {
	if s.kind == "file" && !filepath.IsAbs(s.name) {
		s.name = filepath.Join(dir, s.name)
	}
}

// Hours is one stretch of service hours of a working day, as lengths since
// midnight: "08:30-12:00" is {8h30m, 12h}. Close is at most 24h.
type Hours struct{ Open, Close time.Duration }

// UnmarshalText reads "08:30-12:00".
func (h *Hours) UnmarshalText(text []byte) error {
	open, shut, err := stretch(string(text))
	if err == nil && open >= shut {
		err = errors.New("service hours open before they close")
	}
	if err != nil {
		return fmt.Errorf(`%w; right would be "08:30-12:00"`, err)
	}
	*h = Hours{open, shut}
	return nil
}

// String gives the hours as they are written.
func (h Hours) String() string { return clock(h.Open) + "-" + clock(h.Close) }

// Quiet is when the bot keeps silent (免打扰), as lengths since midnight; it may
// reach over midnight. From equal to To: never.
type Quiet struct{ From, To time.Duration }

// UnmarshalText reads "22:00-07:00".
func (q *Quiet) UnmarshalText(text []byte) error {
	from, to, err := stretch(string(text))
	if err != nil {
		return fmt.Errorf(`%w; right would be "22:00-07:00"`, err)
	}
	*q = Quiet{from, to}
	return nil
}

// String gives the hours as they are written.
func (q Quiet) String() string { return clock(q.From) + "-" + clock(q.To) }

func stretch(s string) (from, to time.Duration, err error) {
	a, b, found := strings.Cut(s, "-")
	if !found {
		return 0, 0, fmt.Errorf("%q does not say from when to when", s)
	}
	if from, err = hhmm(a); err != nil {
		return 0, 0, err
	}
	to, err = hhmm(b)
	return from, to, err
}

// hhmm reads a time of the day; 24:00 is its end.
func hhmm(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of the day", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}
