// Package linear is a small text classifier: characters hashed into features,
// one linear support vector machine a class, and probabilities that mean
// something. It is the engine of youshi's local model (本地模型) and of
// `youshi model fit`, knows nothing of residents or tickets, and imports only
// the standard library.
//
// A Doc is what is read, a head is one question asked of it (intent, category,
// …), a label is one answer. Train learns all heads over the same documents;
// Model.Predict answers all of them in some microseconds.
package linear

import "fmt"

// Doc is what the model reads: texts, each in a namespace of its own, and
// named facts about them.
type Doc struct {
	Fields []Field
	Flags  []string // facts such as "role=secretary" or "len=3"; order and repeats do not matter
}

// Field is one text of a Doc. The same characters under two names are
// different features, so that a quoted text is not taken for the message.
type Field struct {
	Name string // "" is the message itself
	Text string // only the first 4096 characters are read
}

const (
	longText = 60 // characters from which a text has a lead
	leadText = 30 // characters of the lead
)

// Text is the Doc of a bare text, without flags. A text of more than 60
// characters gets its first 30 once more as the field "lead": people say at
// the beginning what it is about.
func Text(s string) Doc {
	d := Doc{Fields: []Field{{Text: s}}}
	n, lead := 0, 0
	for at := range s {
		if n == leadText {
			lead = at
		}
		if n == longText {
			d.Fields = append(d.Fields, Field{Name: "lead", Text: s[:lead]})
			break
		}
		n++
	}
	return d
}

// Example is a Doc with known answers.
type Example struct {
	Doc    Doc
	Labels map[string]string // by head; a head that is missing or "" is not known here
	Group  string            // examples of one group are never on both sides of a fold; "": a group of its own
	Weight float64           // how many ordinary examples it counts for; 0 means 1
}

// Calibration says how scores become probabilities.
type Calibration uint8

const (
	// Temperature divides all scores of a head by one number before the
	// softmax. It never changes which label wins.
	Temperature Calibration = iota
	// Platt fits one sigmoid a label and scales the results to the sum of 1.
	// It can correct a label that balanced training made too frequent, and so
	// may change which label wins.
	Platt
)

// Head names one question and how its scores become probabilities.
type Head struct {
	Name        string
	Calibration Calibration
	Flat        bool // true: rare labels weigh no more than frequent ones
	Uniform     bool // true: all features are equally cheap to use; false: telling ones are cheaper
}

// Options say how to learn. The zero value is a sensible choice for short
// Chinese texts.
type Options struct {
	Heads       []Head             // nil: every head that occurs in the labels, by name
	Bits        int                // 2^Bits hash buckets, 8 to 22; 0 means 18
	MinGram     int                // shortest run of characters; 0 means 1
	MaxGram     int                // longest run of characters, at most 8; 0 means 2
	MinDF       int                // a feature must occur in so many examples; 0 means 2
	FieldWeight map[string]float64 // length of a field's vector, by name; missing means 1
	FlagWeight  float64            // value of each flag; 0 means 0.5
	C           float64            // cost of a mistake against large weights; 0 means 0.5
	Folds       int                // for calibration; 0 means 5, under 0 means none
	Seed        uint64
	MaxBytes    int                   // bound of the saved model; 0 means 8 MiB
	Parallel    int                   // classes learnt at a time, 0 means GOMAXPROCS; never changes the result
	Progress    func(done, total int) // told after each class learnt, one call at a time; may be nil
}

func (o Options) withDefaults() (Options, error) {
	for _, d := range []struct {
		value *int
		def   int
	}{{&o.Bits, 18}, {&o.MinGram, 1}, {&o.MaxGram, max(2, o.MinGram)}, {&o.MinDF, 2}, {&o.Folds, 5}, {&o.MaxBytes, 8 << 20}} {
		if *d.value == 0 {
			*d.value = d.def
		}
	}
	if o.FlagWeight == 0 {
		o.FlagWeight = 0.5
	}
	if o.C == 0 {
		o.C = 0.5
	}
	switch {
	case o.Bits < minBits || o.Bits > maxBits:
		return o, fmt.Errorf("linear: Bits is %d, must be %d to %d", o.Bits, minBits, maxBits)
	case o.MinGram < 1 || o.MaxGram < o.MinGram || o.MaxGram > maxGram:
		return o, fmt.Errorf("linear: runs of %d to %d characters, must be within 1 to %d", o.MinGram, o.MaxGram, maxGram)
	case o.MinDF < 1:
		return o, fmt.Errorf("linear: MinDF is %d, must be at least 1", o.MinDF)
	case !(o.C > 0) || !finite(o.C):
		return o, fmt.Errorf("linear: C is %g, must be a positive number", o.C)
	case !sensible(o.FlagWeight):
		return o, fmt.Errorf("linear: FlagWeight is %g, must be over 0 and at most 1000", o.FlagWeight)
	case o.MaxBytes < 0:
		return o, fmt.Errorf("linear: MaxBytes is %d, must be positive", o.MaxBytes)
	}
	for name, w := range o.FieldWeight {
		if !sensible(w) || len(name) > maxName {
			return o, fmt.Errorf("linear: weight of field %.40q is %g, must be over 0 and at most 1000, and the name short", name, w)
		}
	}
	return o, nil
}

func sensible(weight float64) bool { return weight > 0 && weight <= 1000 }
