package days

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"youshi/grid"
)

// maxLine bounds one line, so that a file that is no JSON Lines at all does not
// fill the memory: four megabytes of text, escaped.
const maxLine = 24 << 20

// LineError says what is wrong with a line.
type LineError struct {
	File   string
	No     int // from 1
	Reason string
}

// Error gives file, line number and reason.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.No, e.Reason) }

// Read reads one recorded day: JSON Lines in UTF-8, blank lines and a byte
// order mark skipped, unknown fields ignored. The lines come back by time; of
// equal times the earlier line goes first. file names the source in errors and,
// without its ending, the group of lines that name none. A bad line is a
// *LineError, and nothing else is returned.
func Read(r io.Reader, file string) ([]Line, error) {
	lines, err := parseDay(r, file)
	if err != nil {
		return nil, err
	}
	return merge(lines)
}

// Open reads recorded days and puts their lines into one order: by time, group,
// file and line. An id must be unique among all of them.
func Open(paths ...string) ([]Line, error) {
	var all []Line
	for _, path := range paths {
		err := readFile(path, func(r io.Reader) error {
			lines, err := parseDay(r, path)
			all = append(all, lines...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return merge(all)
}

// ReadExamples reads single messages: only text is needed, and neither id nor
// time is looked at. A line without an intent is an error unless unlabelled ones
// are wanted. A kind or role that is not ours is unknown.
func ReadExamples(r io.Reader, file string, unlabelled bool) ([]Example, error) {
	var all []Example
	err := eachLine(r, file, func(no int, raw rawLine) error {
		labels, err := raw.labels()
		switch {
		case err != nil:
			return err
		case raw.Text == nil:
			return errors.New("no text")
		case !labels.Labelled() && !unlabelled:
			return errors.New("no intent: a single message is read for its labels")
		}
		e := Example{File: file, No: no, Text: *raw.Text, Labels: labels}
		e.SameAs, e.PartOf = "", "" // ids of a day that is not there
		if role := grid.Role(raw.Role); role.Valid() {
			e.Role = role
		}
		e.Kind = kinds[raw.Kind]
		all = append(all, e)
		return nil
	})
	return all, err
}

// OpenTraining reads files of either shape: one whose first line has a time is
// a recorded day, any other holds single messages. Days come back file by file.
// unlabelled is as in ReadExamples.
func OpenTraining(unlabelled bool, paths ...string) (recorded [][]Line, single []Example, err error) {
	for _, path := range paths {
		err := readFile(path, func(r io.Reader) error {
			buffered := bufio.NewReaderSize(r, 1<<16)
			if isDay(buffered) {
				lines, err := Read(buffered, path)
				recorded = append(recorded, lines)
				return err
			}
			examples, err := ReadExamples(buffered, path, unlabelled)
			single = append(single, examples...)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return recorded, single, nil
}

// isDay looks whether the first line has a time, without taking it from r.
func isDay(r *bufio.Reader) bool {
	start, _ := r.Peek(1 << 16) // a shorter file is not an error here
	line, _, _ := bytes.Cut(bytes.TrimLeft(start, "\ufeff \t\r\n"), []byte("\n"))
	var probe struct {
		Time *string `json:"time"`
	}
	if json.Unmarshal(line, &probe) == nil {
		return probe.Time != nil
	}
	return bytes.Contains(line, []byte(`"time"`)) // a broken line is best reported by the reader of its shape
}

func readFile(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening recorded messages: %w", err)
	}
	defer f.Close()
	return read(f)
}

func parseDay(r io.Reader, file string) ([]Line, error) {
	base := filepath.Base(file)
	group := strings.TrimSuffix(base, filepath.Ext(base))
	var all []Line
	err := eachLine(r, file, func(no int, raw rawLine) error {
		l, err := raw.line()
		l.File, l.No, l.Group = file, no, cmp.Or(raw.Group, group)
		all = append(all, l)
		return err
	})
	return all, err
}

// eachLine takes the input apart; an error of do is told with its place.
func eachLine(r io.Reader, file string, do func(no int, raw rawLine) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for no := 1; ; no++ {
		text, err := takeLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return &LineError{file, no, err.Error()}
		}
		last := errors.Is(err, io.EOF)
		if no == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			var raw rawLine
			if err := json.Unmarshal(text, &raw); err != nil {
				return &LineError{file, no, jsonReason(err, text)}
			}
			if err := do(no, raw); err != nil {
				return &LineError{file, no, err.Error()}
			}
		}
		if last {
			return nil
		}
	}
}

func takeLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if line = append(line, part...); len(line) > maxLine {
			return nil, fmt.Errorf("longer than %d MiB", maxLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func jsonReason(err error, text []byte) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Sprintf("%s is a JSON %s, must be a %s", wrong.Field, wrong.Value, wrong.Type)
	}
	if text[0] != '{' {
		return "not a JSON object: one message a line is expected"
	}
	return "not valid JSON: " + err.Error()
}

// merge orders the lines and looks at what needs all of them.
func merge(lines []Line) ([]Line, error) {
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Group, b.Group), cmp.Compare(a.File, b.File), cmp.Compare(a.No, b.No))
	})
	seen := make(map[grid.MessageID]Line, len(lines))
	for _, l := range lines {
		if first, twice := seen[l.ID]; twice {
			return nil, &LineError{l.File, l.No, fmt.Sprintf("id %q is already that of %s:%d", l.ID, first.File, first.No)}
		}
		for _, to := range []struct {
			field string
			id    grid.MessageID
		}{{"recall", l.Recall}, {"edit", l.Edit}, {"same_as", l.SameAs}, {"part_of", l.PartOf}} {
			if to.id == "" {
				continue
			}
			if of, ok := seen[to.id]; !ok || of.Group != l.Group {
				return nil, &LineError{l.File, l.No, fmt.Sprintf("%s names %q, which is no earlier message of group %q", to.field, to.id, l.Group)}
			}
		}
		seen[l.ID] = l
	}
	return lines, nil
}

// instant reads a time as RFC 3339 says.
func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("time %q is not RFC 3339 (2026-11-10T06:41:15+08:00)", s)
	}
	return t, nil
}
