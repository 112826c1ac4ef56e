package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Cause says why there is no answer.
type Cause string

// The causes.
const (
	Timeout Cause = "timeout" // nothing came in time
	Busy    Cause = "busy"    // 429, overload
	Down    Cause = "down"    // 5xx, no connection, cut or blank answers
	Denied  Cause = "denied"  // key, quota, address or model's name are not accepted
	Unfit   Cause = "unfit"   // the request is not understood
	Refused Cause = "refused" // a content filter, or the model will not: final for this text
	Flood   Cause = "flood"   // more than 1 MiB
	Invalid Cause = "invalid" // an answer, but of no use after one repair
	Resting Cause = "resting" // it failed so often that it is left alone for a while
	Spent   Cause = "spent"   // the budget of the hour or the day is used up
	Unasked Cause = "unasked" // there was no time or no permission to ask
)

// Failure is why there is no answer.
type Failure struct {
	Cause  Cause
	Status int           // of HTTP; 0: none
	Code   string        // the backend's word for it, a short identifier
	After  time.Duration // the backend asks to be left alone so long
	// Detail is what the backend said. It may repeat what it was asked: it is
	// for somebody who asked with words of his own (check), never for a log.
	Detail string
}

// Error names the cause; it never holds a text.
func (f *Failure) Error() string {
	s := "no answer from the model: " + string(f.Cause)
	if f.Status != 0 {
		s += fmt.Sprintf(" (status %d)", f.Status)
	}
	if f.Code != "" {
		s += " " + f.Code
	}
	return s
}

// CauseOf gives the cause of an error of Ask, "" for another error.
func CauseOf(err error) Cause {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Cause
	}
	return ""
}

// again reports whether the same request may go well a moment later.
func (f *Failure) again() bool { return f.Cause == Busy || f.Cause == Down }

// answered is an error of go-openai with the headers of the answer.
type answered struct {
	err    error
	header http.Header
}

func (a *answered) Error() string { return a.err.Error() }
func (a *answered) Unwrap() error { return a.err }

// Words of vendors, in lower case: of content filters, and of quotas.
var (
	filterRe = regexp.MustCompile(`content_?filter|data_?inspection|content_policy|content exists risk|inappropriate|moderation|sensitive content|敏感|"?1301"?`)
	quotaRe  = regexp.MustCompile(`insufficient_quota|insufficient balance|arrearage|billing|欠费|余额`)
	codeRe   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)
)

// failureOf tells what an error of send means.
func failureOf(ctx context.Context, err error) *Failure {
	var own *Failure
	var api *openai.APIError
	var other *openai.RequestError
	f := &Failure{Cause: Down}
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, errFlood):
		f.Cause = Flood
		return f
	case errors.As(err, &api):
		f.Status, f.Detail, f.Code = api.HTTPStatusCode, api.Message, fmt.Sprint(api.Code)
		if api.Code == nil {
			f.Code = api.Type
		}
	case errors.As(err, &other):
		f.Status, f.Detail = other.HTTPStatusCode, string(other.Body)
	case errors.Is(ctx.Err(), context.Canceled):
		f.Cause = Unasked // the program ends
		return f
	case ctx.Err() != nil:
		f.Cause = Timeout
		return f
	default:
		f.Detail = err.Error() // no connection, a cut body, no JSON
		return f
	}
	f.Cause = causeOf(f.Status, strings.ToLower(f.Code+" "+f.Detail))
	if !codeRe.MatchString(f.Code) {
		f.Code = ""
	}
	if a, ok := errors.AsType[*answered](err); ok {
		f.After = retryAfter(a.header, time.Now())
	}
	return f
}

func causeOf(status int, said string) Cause {
	switch {
	case status < 500 && filterRe.MatchString(said):
		return Refused
	case quotaRe.MatchString(said):
		return Denied
	case status == http.StatusTooManyRequests, strings.HasPrefix(said, "1302 "), strings.HasPrefix(said, "1305 "):
		return Busy
	case status == http.StatusRequestTimeout, status >= 500 && status != http.StatusNotImplemented:
		return Down
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden, status == http.StatusNotFound:
		return Denied
	}
	return Unfit
}

// retryAfter reads the header, in seconds or as a date; 0: it says nothing.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
