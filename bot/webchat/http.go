package webchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"youshi/grid"
)

// maxBody bounds a JSON body: 1 MiB.
const maxBody = 1 << 20

// call answers one HTTP call: with a value to be written as JSON, or an error.
// A nil value says that the call wrote its answer itself.
type call func(w http.ResponseWriter, r *http.Request) (any, error)

// refusal is an error with the HTTP status it becomes.
type refusal struct {
	status int
	say    string
}

// Error gives the sentence.
func (r *refusal) Error() string { return r.say }

// Status gives the HTTP status.
func (r *refusal) Status() int { return r.status }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, say: fmt.Sprintf(format, args...)}
}

// Register puts the page and the calls of the channel on mux. What lies under
// /api/ and belongs to nobody gets 404.
func (c *Chat) Register(mux *http.ServeMux) {
	for path, calls := range map[string]map[string]call{
		"/api/say":            {"POST": c.say},
		"/api/media":          {"POST": c.upload},
		"/api/press":          {"POST": c.press},
		"/api/recall":         {"POST": c.recall},
		"/api/edit":           {"POST": c.edit},
		"/api/said":           {"GET": c.said},
		"/api/people":         {"GET": c.people, "POST": c.appoint},
		"/api/clock":          {"GET": c.clock, "POST": c.push},
		"/api/me":             {"GET": c.me, "POST": c.signUp, "DELETE": c.signOut},
		"/api/chats":          {"GET": c.rooms},
		"/api/history":        {"GET": c.history},
		"/api/live":           {"GET": c.live},
		"/api/":               {},
		"/media/{id}":         {"GET": c.media},
		"/{$}":                {"GET": c.page},
		"/static/chat/{file}": {"GET": c.asset},
	} {
		mux.Handle(path, c.answer(calls))
	}
}

// Handler gives the channel's calls on a mux of their own.
func (c *Chat) Handler() http.Handler {
	mux := http.NewServeMux()
	c.Register(mux)
	return mux
}

// answer runs the call of the method and writes what it gives.
func (c *Chat) answer(calls map[string]call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		do, ok := calls[method]
		var out any
		var err error
		switch {
		case len(calls) == 0:
			err = refuse(http.StatusNotFound, "没有这个接口：%s", r.URL.Path)
		case !ok:
			for m := range calls {
				w.Header().Add("Allow", m)
			}
			err = refuse(http.StatusMethodNotAllowed, "这个接口不支持 %s。", r.Method)
		default:
			if err = c.cross.Check(r); err != nil {
				err = refuse(http.StatusForbidden, "不接受别的网站发来的请求。")
				break
			}
			out, err = do(w, r)
		}
		if err != nil {
			c.fail(w, r, err)
			return
		}
		if out != nil {
			writeJSON(w, http.StatusOK, out)
		}
	})
}

// fail writes the error as a status and a sentence. The cause of what is nobody's
// fault outside is logged, never sent.
func (c *Chat) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, say := http.StatusInternalServerError, "出了点问题，请再试一次。"
	var ref *refusal
	var ge *grid.Error
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &ref):
		status, say = ref.status, ref.say
	case errors.As(err, &big):
		status, say = http.StatusRequestEntityTooLarge, fmt.Sprintf("内容太大，最多 %d 字节。", big.Limit)
	case errors.As(err, &ge):
		status, say = statusOf(ge.Code), ge.Say
	case r.Context().Err() != nil:
		return // the caller is gone
	}
	if status == http.StatusInternalServerError {
		c.opt.Log.Error("answering", "part", "webchat", "path", r.URL.Path, "err", err)
	}
	writeJSON(w, status, map[string]string{"error": say})
}

func statusOf(code grid.Code) int {
	switch code {
	case grid.Invalid:
		return http.StatusBadRequest
	case grid.NotFound:
		return http.StatusNotFound
	case grid.Forbidden:
		return http.StatusForbidden
	case grid.Conflict:
		return http.StatusConflict
	case grid.TooLarge:
		return http.StatusRequestEntityTooLarge
	case grid.Shut:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the caller hung up: nobody is left to tell
}

// read decodes a JSON object of at most 1 MiB into v. Unknown fields are
// ignored. Bytes that are no UTF-8 are refused here, because the decoder would
// quietly replace them.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return unreadable(err)
	}
	if !utf8.Valid(body) {
		return refuse(http.StatusBadRequest, "内容不是有效的 UTF-8 文字。")
	}
	if trimmed := strings.TrimSpace(string(body)); !strings.HasPrefix(trimmed, "{") {
		return refuse(http.StatusBadRequest, "内容应当是一个 JSON 对象。")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return refuse(http.StatusBadRequest, "看不懂这段 JSON：%v", err)
	}
	return nil
}

// unreadable says that a body did not arrive whole.
func unreadable(err error) error {
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return err
	}
	return refuse(http.StatusBadRequest, "内容没有收全，请再发一次。")
}
