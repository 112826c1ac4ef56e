package webchat

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"youshi/bot"
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
	id, err := c.files().Keep(http.MaxBytesReader(w, r.Body, maxMedia), maxMedia)
	switch {
	case errors.Is(err, bot.ErrMedia):
		return nil, refuse(http.StatusBadRequest, "文件是空的。")
	case err != nil:
		return nil, unreadable(err)
	}
	return map[string]grid.MediaID{"media": id}, nil
}

func (c *Chat) files() bot.Media { return bot.Media{Dir: c.opt.Media} }

// media answers GET /media/<sha256>. Only pictures and sound are shown by the
// browser; anything else can be saved, never run.
func (c *Chat) media(w http.ResponseWriter, r *http.Request) (any, error) {
	if !c.opt.Demo {
		if _, err := c.signedIn(r); err != nil {
			return nil, err
		}
	}
	id := grid.MediaID(r.PathValue("id"))
	if !bot.IsMediaID(id) {
		return nil, refuse(http.StatusNotFound, "没有这个文件。")
	}
	f, err := os.Open(c.files().Path(id))
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
	f, err := os.Open(c.files().Path(id))
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
