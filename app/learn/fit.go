package learn

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"youshi/grid"
	"youshi/intents/linear"
)

// Labelled says where texts and their labels stand in a JSON Lines file.
type Labelled struct {
	File  string
	Text  string // the field of the text
	Label string // the field of the label: a string, number or boolean
}

// Fit trains a classifier of the local model's kind on any labelled JSON Lines
// and writes it to out, whole or not at all. progress may be nil.
func Fit(ctx context.Context, from Labelled, out string, progress func(done, total int)) error {
	examples, err := from.read()
	if err != nil {
		return err
	}
	model, _, err := linear.Train(ctx, examples, linear.Options{Progress: progress})
	if err != nil {
		return fmt.Errorf("learning from %s: %w", from.File, err)
	}
	var b bytes.Buffer
	if err := model.Save(&b); err != nil {
		return fmt.Errorf("writing the model: %w", err)
	}
	return replaceFile(out, b.Bytes())
}

// Test measures a model that Fit wrote on texts it has not learnt from.
func Test(model string, on Labelled) (linear.Scores, error) {
	b, err := os.ReadFile(model)
	if err != nil {
		return linear.Scores{}, fmt.Errorf("reading the model: %w", err)
	}
	m, err := linear.Load(b)
	if err != nil {
		return linear.Scores{}, fmt.Errorf("reading the model %s: %w", model, err)
	}
	heads := m.Heads()
	if len(heads) != 1 {
		return linear.Scores{}, &grid.Error{Code: grid.Conflict, Say: fmt.Sprintf("%s answers %d questions; right would be a model that `youshi model fit` wrote", model, len(heads))}
	}
	examples, err := on.read()
	if err != nil {
		return linear.Scores{}, err
	}
	for i := range examples {
		examples[i].Labels = map[string]string{heads[0]: examples[i].Labels[fitted]}
	}
	return m.Test(heads[0], examples)
}

// fitted is the one question of a model that Fit trains.
const fitted = "label"

// read gives every line as an example; a bad line is an error with file and
// number.
func (l Labelled) read() ([]linear.Example, error) {
	f, err := os.Open(l.File)
	if err != nil {
		return nil, fmt.Errorf("reading labelled texts: %w", err)
	}
	defer f.Close()
	var examples []linear.Example
	in := bufio.NewReader(f)
	for no := 1; ; no++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("reading %s: %w", l.File, err)
		}
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
		if len(line) > 0 {
			e, bad := l.example(line)
			if bad != nil {
				return nil, fmt.Errorf("%s:%d: %w", l.File, no, bad)
			}
			examples = append(examples, e)
		}
		if err != nil {
			break
		}
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("%s holds no labelled text", l.File)
	}
	return examples, nil
}

func (l Labelled) example(line []byte) (linear.Example, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return linear.Example{}, fmt.Errorf("this is no JSON object: %w", err)
	}
	var text string
	if err := json.Unmarshal(fields[l.Text], &text); err != nil {
		return linear.Example{}, fmt.Errorf("the field %q is missing or no text", l.Text)
	}
	label, err := labelIn(fields[l.Label])
	if err != nil {
		return linear.Example{}, fmt.Errorf("the field %q %w", l.Label, err)
	}
	return linear.Example{Doc: linear.Text(text), Labels: map[string]string{fitted: label}}, nil
}

// labelIn reads a label; numbers and booleans are labels as they are written.
func labelIn(raw json.RawMessage) (string, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", errors.New("is missing")
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			return v, nil
		}
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	return "", errors.New("is no label: right would be text, a number, true or false")
}
