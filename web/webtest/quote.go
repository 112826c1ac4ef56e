package webtest

import "encoding/json"

// quote gives s as a JavaScript string.
func quote(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b)
}
