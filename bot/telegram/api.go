package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"youshi/grid"
)

// Official is Telegram's own Bot API server.
const Official = "https://api.telegram.org"

// How long calls may take, and how much an answer may hold.
const (
	pollFor     = 25 * time.Second // one long poll
	callWithin  = 15 * time.Second // a short question, beside what a long poll waits
	mostAnswer  = 16 << 20
	mostOfBatch = 100
)

// asked are the kinds of update that the bot wants. They are named each time:
// Telegram remembers them otherwise.
var asked = []string{models.AllowedUpdateMessage, models.AllowedUpdateEditedMessage,
	models.AllowedUpdateCallbackQuery, models.AllowedUpdateMyChatMember}

// api calls a Bot API server. No error of it holds the token.
type api struct {
	token, server string
	client        *http.Client
	lib           *tg.Bot
}

func newAPI(token, server string) (*api, error) {
	if strings.TrimSpace(token) == "" {
		return nil, &grid.Error{Code: grid.Invalid, Say: "the Telegram token is empty: @BotFather gives one"}
	}
	if server == "" {
		server = Official
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // honours HTTPS_PROXY
	transport.MaxIdleConnsPerHost = 8
	a := &api{token: token, server: strings.TrimRight(server, "/"), client: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}} // the token goes nowhere else
	nothing := func(error) {} // every error comes back to who called
	var err error
	a.lib, err = tg.New(token, tg.WithSkipGetMe(), tg.WithServerURL(a.server), tg.WithHTTPClient(pollFor, a), tg.WithErrorsHandler(nothing))
	if err != nil {
		return nil, fmt.Errorf("making the Telegram client: %w", a.mask(err))
	}
	return a, nil
}

func (a *api) close() { a.client.CloseIdleConnections() }

// statusError is an answer that did not come from Telegram's logic but from a
// server in trouble or one in front of it: nothing was done.
type statusError struct{ code int }

func (e *statusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.code, http.StatusText(e.code))
}

// Do implements the library's HTTP client: an answer of a server in trouble
// becomes a statusError, since the library would make nothing of it.
func (a *api) Do(r *http.Request) (*http.Response, error) {
	res, err := a.client.Do(r)
	if err != nil {
		return nil, a.mask(err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if res.StatusCode >= http.StatusInternalServerError || err != nil || !json.Valid(body) {
		return nil, &statusError{res.StatusCode}
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// maskedError is an error whose words do not hold the token.
type maskedError struct {
	say string
	err error
}

func (m *maskedError) Error() string { return m.say }
func (m *maskedError) Unwrap() error { return m.err }

// mask takes the token out of an error's words.
func (a *api) mask(err error) error {
	if err == nil || !strings.Contains(err.Error(), a.token) && !strings.Contains(err.Error(), url.PathEscape(a.token)) {
		return err
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		u.URL = "" // the method is told by whoever called
	}
	say := strings.NewReplacer(a.token, "***", url.PathEscape(a.token), "***").Replace(err.Error())
	return &maskedError{say, err}
}

// updates is one long poll: what waits from offset on, each as it came. It waits
// at most `wait` for the first.
func (a *api) updates(ctx context.Context, offset int64, wait time.Duration) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+callWithin)
	defer cancel()
	ask := map[string]any{"limit": mostOfBatch, "timeout": int(wait / time.Second), "allowed_updates": asked}
	if offset != 0 {
		ask["offset"] = offset
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, fmt.Errorf("asking for updates: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.server+"/bot"+a.token+"/getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, a.mask(fmt.Errorf("asking for updates: %w", err))
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := a.Do(r)
	if err != nil {
		return nil, fmt.Errorf("asking for updates: %w", err)
	}
	defer res.Body.Close()
	var answer struct {
		OK          bool              `json:"ok"`
		Result      []json.RawMessage `json:"result"`
		Code        int               `json:"error_code"`
		Description string            `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, mostAnswer)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("reading updates: %w", a.mask(err))
	}
	if answer.OK {
		return answer.Result, nil
	}
	switch answer.Code {
	case http.StatusUnauthorized:
		err = tg.ErrorUnauthorized
	case http.StatusNotFound:
		err = tg.ErrorNotFound
	case http.StatusConflict:
		err = tg.ErrorConflict
	case http.StatusTooManyRequests:
		return nil, &tg.TooManyRequestsError{Message: answer.Description, RetryAfter: answer.Parameters.RetryAfter}
	default:
		err = &statusError{answer.Code}
	}
	return nil, a.mask(fmt.Errorf("asking for updates: %w, %s", err, answer.Description))
}

// fetch opens the file behind a file id, and gives its size as told.
func (a *api) fetch(ctx context.Context, fileID string) (io.ReadCloser, error) {
	f, err := a.lib.GetFile(ctx, &tg.GetFileParams{FileID: fileID})
	if err != nil {
		return nil, a.mask(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.lib.FileDownloadLink(f), nil)
	if err != nil {
		return nil, a.mask(err)
	}
	res, err := a.client.Do(r)
	if err != nil {
		return nil, a.mask(err)
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, &statusError{res.StatusCode}
	}
	return res.Body, nil
}
