package asked

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"youshi/grid"
	"youshi/intents"
)

// answer is what a model said, checked field by field. Fields that the kind
// does not carry are empty, whatever was said.
type answer struct {
	Kind       grid.Kind
	Category   grid.Category
	Urgency    grid.Urgency
	Topic      grid.Topic
	Location   string
	Sensitive  bool
	Summary    string
	SameAs     grid.TicketNo
	Confidence float64
}

// read checks an object. The error names the field, what is wrong with it and
// what would be right, for the model's one repair. Fields that nobody asked for
// are left out.
func read(object []byte, numbers []grid.TicketNo) (a answer, err error) {
	var f map[string]json.RawMessage
	if err := json.Unmarshal(object, &f); err != nil {
		return a, fmt.Errorf("not one JSON object")
	}
	if a.Kind, err = word(f, "intent", grid.Kinds()); err != nil {
		return a, err
	}
	act := a.Kind.Actionable()
	if act {
		if a.Category, err = word(f, "category", grid.Categories()); err != nil {
			return a, err
		}
	}
	if a.Kind == grid.Report || a.Kind == grid.Wish {
		if a.Urgency, err = word(f, "urgency", grid.Urgencies()); err != nil {
			return a, err
		}
	}
	if act || a.Kind == grid.Inquiry {
		if a.Topic, err = word(f, "topic", grid.Topics()); err != nil {
			return a, err
		}
	}
	if a.Sensitive, err = must[bool](f, "sensitive", "true or false"); err != nil {
		return a, err
	}
	if a.Confidence, err = must[float64](f, "confidence", "a number from 0 to 1"); err != nil || a.Confidence < 0 || a.Confidence > 1 {
		return a, fmt.Errorf("confidence: wanted is a number from 0 to 1")
	}
	if a.Location, err = textOf(f, "location"); err != nil {
		return a, err
	}
	if a.Summary, err = textOf(f, "summary"); err != nil {
		return a, err
	}
	return a, a.matter(f, numbers)
}

// wordless is an answer without the fields that hold words of the message: what
// may be kept of it beyond the message's own life. nil where it is not one.
func wordless(object json.RawMessage, numbers []grid.TicketNo) json.RawMessage {
	a, err := read(object, numbers)
	if err != nil {
		return nil
	}
	kept := map[string]any{"intent": a.Kind, "sensitive": a.Sensitive, "confidence": a.Confidence}
	for name, word := range map[string]string{"category": string(a.Category), "urgency": string(a.Urgency), "topic": string(a.Topic)} {
		if word != "" {
			kept[name] = word
		}
	}
	if a.SameAs != 0 {
		kept["same_as"] = a.SameAs
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil
	}
	return b
}

// matter reads same_as: a number that was shown, or null.
func (a *answer) matter(f map[string]json.RawMessage, numbers []grid.TicketNo) error {
	if none(f["same_as"]) {
		return nil
	}
	var no grid.TicketNo
	if json.Unmarshal(f["same_as"], &no) != nil || !slices.Contains(numbers, no) {
		return fmt.Errorf("same_as: wanted is null or one of the numbers %v", numbers)
	}
	if a.Kind.Actionable() || a.Kind == grid.FollowUp || a.Kind == grid.Praise {
		a.SameAs = no
	}
	return nil
}

func none(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// word reads a field that may hold one of words.
func word[T ~string](f map[string]json.RawMessage, name string, words []T) (T, error) {
	var s string
	if err := json.Unmarshal(f[name], &s); err == nil {
		if w := T(strings.ToLower(strings.TrimSpace(s))); slices.Contains(words, w) {
			return w, nil
		}
	}
	return "", fmt.Errorf("%s: wanted is one of %v", name, words)
}

// must reads a value that must be there.
func must[T any](f map[string]json.RawMessage, name, want string) (v T, err error) {
	if none(f[name]) || json.Unmarshal(f[name], &v) != nil {
		return v, fmt.Errorf("%s: wanted is %s", name, want)
	}
	return v, nil
}

// textOf reads a text or null.
func textOf(f map[string]json.RawMessage, name string) (s string, err error) {
	if !none(f[name]) && json.Unmarshal(f[name], &s) != nil {
		return "", fmt.Errorf("%s: wanted is a text or null", name)
	}
	return strings.TrimSpace(s), nil
}

// intent makes the answer an Intent about m. A place must stand in the message,
// and a summary must be made of its words: a card in a group says nothing that
// a model made up, or was told to say.
func (a answer) intent(m grid.Message, asked *sheet) grid.Intent {
	in := grid.Intent{Kind: a.Kind, Category: a.Category, Urgency: a.Urgency, Topic: a.Topic, Sensitive: a.Sensitive,
		Confidence: min(a.Confidence, atMost), Link: grid.Link{Ticket: a.SameAs, Why: intents.WhyRead}}
	if place := asked.mask.Show(a.Location); place != "" && utf8.RuneCountInString(place) <= 40 && strings.Contains(oneLine(m.Text), oneLine(place)) {
		in.Location = place
	}
	if line := asked.mask.Show(a.Summary); a.Kind != grid.Chatter && !numbersRe.MatchString(a.Summary) && grounded(line, m.Text) {
		in.Summary = intents.Summarise(line)
	}
	return in
}

// numbersRe finds tokens of what a card must not show.
var numbersRe = regexp.MustCompile(`〔(电话|证件|银行卡|邮箱|账号|号码)\d+〕`)

var runs = regexp.MustCompile(`[A-Za-z0-9]{2,}`)

// grounded reports whether a line is made of a text's words: every number and
// Latin word of it stands there, and most of its other characters.
func grounded(line, text string) bool {
	for _, run := range runs.FindAllString(line, -1) {
		if !strings.Contains(text, run) {
			return false
		}
	}
	all, there := 0, 0
	for _, r := range line {
		if !unicode.IsLetter(r) {
			continue
		}
		all++
		if strings.ContainsRune(text, r) {
			there++
		}
	}
	return all > 0 && 5*there >= 3*all && !strings.ContainsAny(line, "〔〕")
}

// shape is the JSON Schema of the answer as backends take it: strict, every
// field required, null where a kind has none.
func shape() (json.RawMessage, error) {
	type object = map[string]any
	orNull := func(words any) object {
		return object{"anyOf": []object{{"type": "string", "enum": words}, {"type": "null"}}}
	}
	text := object{"type": []string{"string", "null"}}
	fields := []string{"intent", "category", "urgency", "topic", "location", "sensitive", "summary", "same_as", "confidence", "reason"}
	return json.Marshal(object{"type": "object", "additionalProperties": false, "required": fields, "properties": object{
		"intent": object{"type": "string", "enum": grid.Kinds()}, "category": orNull(grid.Categories()),
		"urgency": orNull(grid.Urgencies()), "topic": orNull(grid.Topics()), "location": text,
		"sensitive": object{"type": "boolean"}, "summary": text, "same_as": object{"type": []string{"integer", "null"}},
		"confidence": object{"type": "number"}, "reason": text,
	}})
}
