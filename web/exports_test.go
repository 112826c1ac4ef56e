package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnExportIsGivenToWhoHasItsLinkForAWeek(t *testing.T) {
	dir := t.TempDir()
	secret := "export-20261110-0900-" + strings.Repeat("0a", 16) + ".zip"
	old := "export-20261101-0900-" + strings.Repeat("0b", 16) + ".zip"
	for name, at := range map[string]time.Time{secret: time.Now(), "export-20261110-0900-7.zip": time.Now(), "youshi.db": time.Now(), old: time.Now().Add(-8 * 24 * time.Hour)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("zip"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	url := newTown(t).serve(func(o *Options) { o.Exports = dir })
	status, body, h := get(t, "GET", url+"/exports/"+secret)
	if status != 200 || body != "zip" || h.Get("Cache-Control") != "no-store, private" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %q %v", status, body, h)
	}
	for _, name := range []string{old, "export-20261110-0900-7.zip", "youshi.db", "..%2fyoushi.db", ""} {
		if status, _, _ := get(t, "GET", url+"/exports/"+name); status != 404 {
			t.Errorf("%q answers %d", name, status)
		}
	}
}
