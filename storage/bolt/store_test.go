package bolt_test

import (
	"path/filepath"
	"testing"

	"youshi/storage"
	"youshi/storage/bolt"
	"youshi/storage/storagetest"
)

func TestKeepsTheContract(t *testing.T) {
	for name, scratch := range map[string]bool{"on disk": false, "scratch": true} {
		t.Run(name, func(t *testing.T) {
			storagetest.Run(t, func(t *testing.T) storage.Store {
				s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{Scratch: scratch})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
				return s
			})
		})
	}
}
