package app

import (
	"archive/zip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"youshi/grid"
	"youshi/prompts"
	"youshi/reports"
	"youshi/storage"
	"youshi/web"
)

// exports writes what the secretary asks for (导出) into a folder, and says where it is.
type exports struct {
	store    storage.Store
	voice    *prompts.Voice
	location *time.Location
	dir      string
	url      string // of the web page; "": no link
}

// done is what is said of an export.
type exported struct {
	Count int    // matters
	File  string // within the data folder
	Link  string // "": none
	Days  int    // how long the link is good for
}

// write makes the archive of a job and gives the sentence about it.
func (x *exports) write(ctx context.Context, c grid.CommunityID, job grid.Job) (string, error) {
	ask := reports.Export{Areas: []grid.AreaID{job.Area}, Until: job.At.Add(1), Zone: x.location}
	if job.Period != "" {
		p, err := reports.PeriodOf(job.Period, job.At, x.location)
		if err != nil {
			return "", err
		}
		ask.Since, ask.Until = p.From, p.To
	}
	var tables []reports.Table
	err := x.store.View(ctx, c, func(tx storage.Tx) (err error) {
		tables, err = ask.Tables(tx)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := x.sweep(time.Now()); err != nil {
		return "", err
	}
	name, err := x.nameOf(job)
	if err != nil {
		return "", err
	}
	if err := archive(filepath.Join(x.dir, name), reports.Files(tables)); err != nil {
		return "", fmt.Errorf("writing the export: %w", err)
	}
	said := exported{Count: len(tables[0].Rows), File: filepath.ToSlash(filepath.Join(filepath.Base(x.dir), name)), Days: int(web.ExportsKept / (24 * time.Hour))}
	if x.url != "" {
		said.Link = strings.TrimSuffix(x.url, "/") + "/exports/" + name
	}
	return x.voice.Say("exported", said)
}

// nameOf gives the archive's name. Where it can be fetched over the web nobody can
// guess it; elsewhere the same job has the same name.
func (x *exports) nameOf(job grid.Job) (string, error) {
	unique := fmt.Sprint(job.Seq)
	if x.url != "" {
		b := make([]byte, 16)
		if _, err := rand.Read(b); err != nil {
			return "", fmt.Errorf("naming the export: %w", err)
		}
		unique = hex.EncodeToString(b)
	}
	return "export-" + job.At.In(x.location).Format("20060102-1504") + "-" + unique + ".zip", nil
}

// sweep removes what was written long ago: an export holds names and is no archive.
func (x *exports) sweep(now time.Time) error {
	files, err := filepath.Glob(filepath.Join(x.dir, "export-*.zip"))
	if err != nil {
		return fmt.Errorf("looking at old exports: %w", err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err == nil && now.Sub(info.ModTime()) > web.ExportsKept {
			err = os.Remove(f)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing an old export: %w", err)
		}
	}
	return nil
}

// archive writes files into a zip that only this user can read, whole or not at all.
func archive(path string, files []reports.File) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".export-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // moved away already when all went well
	z := zip.NewWriter(f)
	for _, part := range files {
		w, e := z.Create(part.Name)
		if err = e; err == nil {
			err = part.Write(w)
		}
		if err != nil {
			break
		}
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
