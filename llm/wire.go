package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// bodySize bounds an answer's body, in bytes after decompression.
const bodySize = 1 << 20

// errFlood says that an answer was longer than bodySize.
var errFlood = errors.New("the answer is longer than 1 MiB")

// wire merges what go-openai cannot say into every request, and reads every
// answer whole, within bounds: a body that is cut or too long is an error here,
// and an error body that comes with status 200 is one as well.
type wire struct {
	next  http.RoundTripper
	extra func(context.Context) map[string]any // nil: the request goes as it is
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.extra != nil {
		var err error
		if r, err = w.merged(r); err != nil {
			return nil, err
		}
	}
	answer, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(io.LimitReader(answer.Body, bodySize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the answer: %w", err)
	case len(got) > bodySize:
		return nil, errFlood
	}
	answer.Body = io.NopCloser(bytes.NewReader(got))
	if answer.StatusCode == http.StatusOK && isError(got) {
		answer.StatusCode = http.StatusBadRequest // go-openai would call it a success without choices
		answer.Status = "200 with an error"
	}
	return answer, nil
}

// merged is the request with what go-openai cannot say.
func (w *wire) merged(r *http.Request) (*http.Request, error) {
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	if body, err = merge(body, w.extra(r.Context())); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return r, nil
}

// merge puts the keys of extra into a JSON object, over those that are there.
func merge(body []byte, extra map[string]any) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	for k, v := range extra {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("merging %q of extra_body: %w", k, err)
		}
		all[k] = raw
	}
	out, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	return out, nil
}

// isError reports whether a body tells of an error and holds no answer.
func isError(body []byte) bool {
	var b struct {
		Error   json.RawMessage   `json:"error"`
		Choices []json.RawMessage `json:"choices"`
	}
	return json.Unmarshal(body, &b) == nil && len(b.Choices) == 0 && len(b.Error) > 0 && string(b.Error) != "null"
}
