package webchat

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"youshi/grid"
)

// maxMedia bounds an uploaded file: 10 MiB.
const maxMedia = 10 << 20

// upload answers POST /api/media: the body is the file, its sha256 the id.
func (c *Chat) upload(w http.ResponseWriter, r *http.Request) (any, error) {
	if !c.opt.Demo {
		if _, err := c.signedIn(r); err != nil {
			return nil, err
		}
	}
	id, err := c.keep(http.MaxBytesReader(w, r.Body, maxMedia))
	if err != nil {
		return nil, err
	}
	return map[string]grid.MediaID{"media": id}, nil
}

// keep stores what body holds under its sha256: written whole, on disk, then
// given its name, so that a file of that name is always complete.
func (c *Chat) keep(body io.Reader) (grid.MediaID, error) {
	if err := os.MkdirAll(c.opt.Media, 0o700); err != nil {
		return "", fmt.Errorf("making the media folder: %w", err)
	}
	tmp, err := os.CreateTemp(c.opt.Media, "tmp-*")
	if err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	defer tmp.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, sum), body)
	if err != nil {
		return "", unreadable(err)
	}
	if n == 0 {
		return "", refuse(http.StatusBadRequest, "文件是空的。")
	}
	if err := tmp.Sync(); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	id := grid.MediaID(hex.EncodeToString(sum.Sum(nil)))
	if err := os.Rename(tmp.Name(), c.mediaFile(id)); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	dir, err := os.Open(c.opt.Media)
	if err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	return id, nil
}

func (c *Chat) mediaFile(id grid.MediaID) string { return filepath.Join(c.opt.Media, string(id)) }

// isMediaID reports whether id is a sha256 in lower-case hex, and so a safe file name.
func isMediaID(id grid.MediaID) bool {
	return len(id) == 2*sha256.Size && strings.Trim(string(id), "0123456789abcdef") == ""
}

// media answers GET /media/<sha256>. Only pictures and sound are shown by the
// browser; anything else can be saved, never run.
func (c *Chat) media(w http.ResponseWriter, r *http.Request) (any, error) {
	if !c.opt.Demo {
		if _, err := c.signedIn(r); err != nil {
			return nil, err
		}
	}
	id := grid.MediaID(r.PathValue("id"))
	if !isMediaID(id) {
		return nil, refuse(http.StatusNotFound, "没有这个文件。")
	}
	f, err := os.Open(c.mediaFile(id))
	if os.IsNotExist(err) {
		return nil, refuse(http.StatusNotFound, "没有这个文件。")
	} else if err != nil {
		return nil, fmt.Errorf("opening media: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening media: %w", err)
	}
	kind := c.typeOf(id)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+string(id)+`"`)
	if kindOfType(kind) == grid.FileMessage {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment")
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil, nil
}

// typeOf sniffs the type of a stored file by its first bytes.
func (c *Chat) typeOf(id grid.MediaID) string {
	f, err := os.Open(c.mediaFile(id))
	if err != nil {
		return "application/octet-stream"
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	kind := http.DetectContentType(head[:n])
	if kind == "application/ogg" {
		kind = "audio/ogg"
	}
	return kind
}

// kindOfType says what kind of message a file of that type makes.
func kindOfType(t string) grid.MessageKind {
	switch {
	case strings.HasPrefix(t, "image/"):
		return grid.ImageMessage
	case strings.HasPrefix(t, "audio/"):
		return grid.VoiceMessage
	}
	return grid.FileMessage
}
