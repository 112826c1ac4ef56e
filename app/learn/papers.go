package learn

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"youshi"
)

// Papers say where a model file comes from. They lie beside it as FILE.json and
// hold for those bytes alone.
type Papers struct {
	Model       string       `json:"model_sha256"`
	Made        time.Time    `json:"made"`
	Decisions   int          `json:"decisions"` // of staff, that it has learnt from
	Until       time.Time    `json:"until"`     // when the last of them was taken
	Improvement *Improvement `json:"improvement,omitempty"`
}

func sumOf(model []byte) string {
	sum := sha256.Sum256(model)
	return hex.EncodeToString(sum[:])
}

func (p Papers) write(out string, model []byte) error {
	p.Model = sumOf(model)
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the model's papers: %w", err)
	}
	return replaceFile(out+".json", append(b, '\n'))
}

// PapersOf reads the papers of a model file. A file without papers, or with
// those of other bytes, has empty ones, made when the file was last written.
func PapersOf(path string) (Papers, error) {
	model, err := os.ReadFile(path)
	if err != nil {
		return Papers{}, fmt.Errorf("reading the model: %w", err)
	}
	var p Papers
	b, err := os.ReadFile(path + ".json")
	switch {
	case err == nil && json.Unmarshal(b, &p) == nil && p.Model == sumOf(model):
		return p, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Papers{}, fmt.Errorf("reading the model's papers: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Papers{}, fmt.Errorf("looking at the model: %w", err)
	}
	return Papers{Model: sumOf(model), Made: info.ModTime()}, nil
}

// Gold puts the labelled days and messages that are inside the program into a
// folder of their own and gives the files, and apart from them those of the days
// that only teach; done removes it.
func Gold() (files, taught []string, done func(), err error) {
	dir, err := os.MkdirTemp("", "youshi-gold-*")
	if err != nil {
		return nil, nil, nil, fmt.Errorf("making a place for the gold days: %w", err)
	}
	done = func() { _ = os.RemoveAll(dir) } // a temporary folder of our own
	err = fs.WalkDir(youshi.Gold, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := youshi.Gold.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.Base(path))
		if filepath.Base(filepath.Dir(path)) == "taught" {
			taught = append(taught, to)
		} else {
			files = append(files, to)
		}
		return os.WriteFile(to, b, 0o600)
	})
	if err != nil {
		done()
		return nil, nil, nil, fmt.Errorf("unpacking the gold days: %w", err)
	}
	return files, taught, done, nil
}
