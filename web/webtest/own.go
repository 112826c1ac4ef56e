package webtest

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
)

// Own holds a page to its own files: the answer that brings it forbids all
// others, none of its files names one, and people's words only become text.
func Own(t testing.TB, answer http.Header, files fs.FS) {
	t.Helper()
	if csp := answer.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the page's policy is %q", csp)
	}
	looked := 0
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		looked++
		text := strings.ReplaceAll(string(body), "http://www.w3.org/2000/svg", "") // a name, not an address
		for _, bad := range []string{"http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "<style", " style="} {
			if strings.Contains(text, bad) {
				t.Errorf("%s contains %q", path, bad)
			}
		}
		return nil
	})
	if err != nil || looked == 0 {
		t.Errorf("looked at %d files: %v", looked, err)
	}
}
