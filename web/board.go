package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"youshi/grid"
)

//go:embed static
var static embed.FS

// policy lets the page load its own files and nothing of anybody else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// board answers GET /board.
func (b *Web) board(w http.ResponseWriter, r *http.Request) error {
	return serveFile(w, r, "board.html")
}

// asset answers GET /static/board/FILE.
func (b *Web) asset(w http.ResponseWriter, r *http.Request) error {
	return serveFile(w, r, r.PathValue("file"))
}

func serveFile(w http.ResponseWriter, r *http.Request, name string) error {
	body, err := static.ReadFile("static/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return &grid.Error{Code: grid.NotFound, Say: "没有这个页面。"}
	} else if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	return nil
}
