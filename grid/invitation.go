package grid

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Invitation (邀请) is what a one-time code is good for: a role for whoever says
// the code in private, or an area for the chat that it is said in. The code
// itself is kept nowhere.
type Invitation struct {
	Key    string    `json:"key"` // CodeKey of the code
	Role   Role      `json:"role,omitempty"`
	Area   AreaID    `json:"area"`
	Person PersonID  `json:"person,omitempty"` // whose account the speaker's is from then on; "": the speaker's own person
	Name   string    `json:"name,omitempty"`   // what the speaker is called from then on; "": as before
	Chat   ChatKind  `json:"chat,omitempty"`   // GroupChat, StaffChat: the code binds the chat it is said in
	Bound  ChatID    `json:"bound,omitempty"`  // the chat it bound, until the word was answered there
	Made   time.Time `json:"made"`
	Until  time.Time `json:"until"`
}

// codeLetters leaves out what looks alike: 0 and O, 1, I and L.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeLength makes 8.5·10^11 codes.
const codeLength = 8

// NewCode makes a one-time code (邀请码) of 8 capital letters and digits.
func NewCode() string {
	var code strings.Builder
	for one := make([]byte, 1); code.Len() < codeLength; {
		_, _ = rand.Read(one)                            // never fails
		if n := int(one[0]) & 31; n < len(codeLetters) { // each letter as likely as any other
			code.WriteByte(codeLetters[n])
		}
	}
	return code.String()
}

// plainCode gives a code as it was made: typed in small letters, with blanks or
// hyphens between is the same code.
func plainCode(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
}

// IsCode reports whether s, as somebody typed it, can be a one-time code.
func IsCode(s string) bool {
	code := plainCode(s)
	return len(code) == codeLength && strings.Trim(code, codeLetters) == ""
}

// CodeKey is what is kept of a code. It takes milliseconds to reckon, so that
// nobody finds the code to a key in the few days that it is good for.
func CodeKey(code string) string {
	key, err := pbkdf2.Key(sha256.New, plainCode(code), []byte("youshi invitation"), 20_000, 16)
	if err != nil {
		panic(fmt.Sprintf("reckoning a code's key: %v", err)) // lengths that no standard allows; ours are fixed
	}
	return hex.EncodeToString(key)
}
