package wechat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/eatmoreapple/openwechat"
)

// credentials are what it takes to go on with a login without a person: the file
// that [wechat] names. The position in the messages is not among them: it is
// kept with what was heard.
type credentials struct {
	Device  string                 `json:"device"` // the same over logins
	Domain  string                 `json:"domain,omitempty"`
	Base    openwechat.BaseRequest `json:"base,omitzero"`
	Login   openwechat.LoginInfo   `json:"login,omitzero"`
	Cookies []kept                 `json:"cookies,omitempty"`
}

// usable reports whether there is a login to go on with.
func (c credentials) usable() bool { return c.Domain != "" && c.Base.Sid != "" && c.Login.WxSid != "" }

// readCredentials reads the session file; a file that is missing or broken is no
// login, and broken says so.
func readCredentials(path string) (c credentials, broken error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	} else if err != nil {
		return c, fmt.Errorf("reading the session: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return credentials{}, fmt.Errorf("reading the session %s: %w", path, err)
	}
	return c, nil
}

// write replaces the session file whole: no reader and no kill meets half of it.
func (c credentials) write(path string) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("writing the session: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing the session: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".wechat-*") // 0600
	if err != nil {
		return fmt.Errorf("writing the session: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the session: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing the session: %w", err)
	}
	return nil
}
