package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"youshi/grid"
)

// Media is the folder of the files that were heard, each under its sha256.
type Media struct{ Dir string }

// ErrMedia says that a file is empty or larger than allowed.
var ErrMedia = errors.New("the file is empty or too large")

// Keep stores what body holds, at most that many bytes: written whole, on disk,
// then given its name, so that a file of that name is always complete. ErrMedia
// for what is empty or larger; body's own error comes back as it is.
func (m Media) Keep(body io.Reader, most int64) (grid.MediaID, error) {
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return "", fmt.Errorf("making the media folder: %w", err)
	}
	tmp, err := os.CreateTemp(m.Dir, "tmp-*")
	if err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	defer tmp.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(body, most+1))
	if err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	if n == 0 || n > most {
		return "", ErrMedia
	}
	if err := tmp.Sync(); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	id := grid.MediaID(hex.EncodeToString(sum.Sum(nil)))
	if err := os.Rename(tmp.Name(), m.Path(id)); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	dir, err := os.Open(m.Dir)
	if err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return "", fmt.Errorf("storing media: %w", err)
	}
	return id, nil
}

// Path is where the file lies.
func (m Media) Path(id grid.MediaID) string { return filepath.Join(m.Dir, string(id)) }

// IsMediaID reports whether id is a sha256 in lower-case hex, and so a safe file name.
func IsMediaID(id grid.MediaID) bool {
	return len(id) == 2*sha256.Size && strings.Trim(string(id), "0123456789abcdef") == ""
}
