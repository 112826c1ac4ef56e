package web

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"youshi/grid"
)

// ExportsKept is how long an export can be fetched.
const ExportsKept = 7 * 24 * time.Hour

// secretName is what the name of an export looks like that may be fetched: whoever
// has the link was given it, for nobody guesses 128 bits.
var secretName = regexp.MustCompile(`^export-\d{8}-\d{4}-[0-9a-f]{32}\.zip$`)

// export answers GET /exports/FILE.
func (b *Web) export(w http.ResponseWriter, r *http.Request) error {
	gone := &grid.Error{Code: grid.NotFound, Say: "没有这个导出文件，或者已经过期。请再说一次“导出”。"}
	name := r.PathValue("file")
	if b.opt.Exports == "" || !secretName.MatchString(name) {
		return gone
	}
	f, err := os.Open(filepath.Join(b.opt.Exports, name))
	if err != nil {
		return gone
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) > ExportsKept {
		return gone
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store, private")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, name, info.ModTime(), f)
	return nil
}
