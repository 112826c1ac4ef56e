package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"youshi/grid"
)

// What an operator reads when the store cannot go on: which file, what is the
// matter, what to do.

func shut(err error, format string, args ...any) error {
	return &grid.Error{Code: grid.Shut, Say: fmt.Sprintf(format, args...), Err: err}
}

func closed() error { return shut(nil, "the store is closed") }

func inUse(path string) error {
	return shut(nil, "%s is in use by another program, most likely a running youshi: "+
		"use its commands while it runs, or stop it first; nothing was changed", path)
}

func newer(path string, is, known int) error {
	return shut(nil, "%s was written by a newer youshi (schema %d, this one knows up to %d): "+
		"start that version, or restore a backup of an earlier one; nothing was changed", path, is, known)
}

func older(path string, is, known int) error {
	return shut(nil, "%s has the layout of an earlier youshi (schema %d, now %d) and is opened for reading only: "+
		"start youshi serve once, it brings the file up to date", path, is, known)
}

func notOurs(path string, err error) error {
	return shut(err, "%s is not a store of youshi: check the path (data in the config); nothing was changed", path)
}

func damaged(path string, err error) error {
	return shut(err, "%s is no store of youshi or is damaged: check the path (data in the config), "+
		"or restore the last backup with youshi restore; nothing was changed", path)
}

func unwritable(path string, err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return closed()
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return shut(err, "the disk is full: %s cannot be written, and nothing new is accepted until there is room; "+
			"what was accepted before is safe", path)
	}
	return shut(err, "%s cannot be written, and nothing new is accepted until it can: check the disk and its free space; "+
		"what was accepted before is safe", path)
}

func unclear(path string, err error) error {
	return shut(err, "writing %s broke off at the last step, so nobody knows whether the last changes are kept: "+
		"check the disk, then start youshi again; it goes on from what the file holds", path)
}

// unopened puts an error of opening into a sentence.
func unopened(path string, err error) error {
	var (
		said  *grid.Error
		file  *fs.PathError
		errno syscall.Errno
	)
	switch {
	case errors.As(err, &said):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return inUse(path)
	case errors.Is(err, fs.ErrNotExist):
		return &grid.Error{Code: grid.NotFound, Say: path + " does not exist", Err: err}
	case errors.As(err, &file), errors.As(err, &errno):
		return shut(err, "%s cannot be opened: check that it is a file on a local disk and that this user may read and write it", path)
	}
	return damaged(path, err)
}
