package grid

import "errors"

// Code says what a machine does about an error.
type Code string

// The codes. Outside, they become HTTP statuses and exit codes.
const (
	Invalid   Code = "invalid"   // the asker must change what was asked: 400
	NotFound  Code = "not_found" // 404
	Forbidden Code = "forbidden" // the asker may not: 403
	Conflict  Code = "conflict"  // not in this state: 409
	TooLarge  Code = "too_large" // 413
	Shut      Code = "shut"      // cannot go on at all; the operator must act: 503
)

// Error is an error with two faces: Code says what the machine does next, Say
// is the sentence that a person reads (Chinese in chat, English for operators),
// Err is the cause and may be nil.
type Error struct {
	Code Code
	Say  string
	Err  error
}

// Error gives the sentence and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Say + ": " + e.Err.Error()
	}
	return e.Say
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf gives the code of the first Error in err's chain, or "".
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
