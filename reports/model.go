package reports

import "time"

// ModelState is how the program understands at the moment: what reads, how well,
// and whether what is heard has changed. The board, check and metrics tell it.
type ModelState struct {
	Local   LocalModel `json:"local"`
	LLM     *LLMState  `json:"llm"` // null: none is named in the config
	Reading Reading    `json:"reading"`
	Drift   Drift      `json:"drift"`
	At      time.Time  `json:"at"` // when reading and drift were reckoned
}

// LocalModel is the model that reads here.
type LocalModel struct {
	File      string     `json:"file"`      // "": the one inside the program
	Made      *time.Time `json:"made"`      // null for the one inside the program
	Decisions int        `json:"decisions"` // of staff, that it has learnt from
}

// LLMState is how the language model does. Of calls and money the last 24 hours
// count.
type LLMState struct {
	Model   string     `json:"model"`
	Up      bool       `json:"up"`      // it is asked; false: left alone after failures, or the budget is used up
	Resting *time.Time `json:"resting"` // until then it is left alone
	Last    string     `json:"last"`    // why the last asking failed; "": it went well

	Hour    int `json:"hour"` // calls of the last 60 minutes
	HourMax int `json:"hour_max"`
	Day     int `json:"day"` // … 24 hours
	DayMax  int `json:"day_max"`

	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	Cost             float64 `json:"cost"`     // in Currency; 0 where no price is set
	CostMax          float64 `json:"cost_max"` // 0: no bound
	Currency         string  `json:"currency"`
	Priced           bool    `json:"priced"`
}
