package webchat

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"time"
)

//go:embed static
var static embed.FS

// policy lets the page load its own files and nothing of anybody else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page answers GET /.
func (c *Chat) page(w http.ResponseWriter, r *http.Request) (any, error) {
	return nil, serveFile(w, r, "index.html")
}

// asset answers GET /static/chat/FILE.
func (c *Chat) asset(w http.ResponseWriter, r *http.Request) (any, error) {
	return nil, serveFile(w, r, r.PathValue("file"))
}

// isStatus reports whether err is a refusal with that status.
func isStatus(err error, status int) bool {
	var ref *refusal
	return errors.As(err, &ref) && ref.status == status
}

func serveFile(w http.ResponseWriter, r *http.Request, name string) error {
	b, err := static.ReadFile("static/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return refuse(http.StatusNotFound, "没有这个页面。")
	} else if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
	return nil
}
