package intents

// How much each clue weighs: a conditional logit over the open matters and
// "none", fitted to the recorded days with a third of the links forgotten. What
// a message is said to be is what a model says that has not learnt its day. See
// docs/decisions/0014.
var clueWeights = [clues]float64{
	sameWords:   1.0,
	samePlace:   2.2,
	sameTopic:   1.7,
	sameOutage:  0.8,
	sameAlarm:   0.9,
	ownMatter:   3.0,
	spokeOf:     1.3,
	namesOwner:  0.9,
	elsewhere:   -0.7,
	justNow:     1.6,
	oneBetween:  1.5,
	fewBetween:  0.9,
	moreBetween: -0.3,
	thisHour:    -0.3,
	lately:      -0.5,
	busy:        -0.3,
	lastTalked:  1.6,
	staffNow:    1.0,
	ownNow:      -1.8,
	talkNow:     1.0,
	alarmNow:    1.1,
	sameThing:   2.4,
}

var counterWeights = [counterClues]float64{
	always:       2.6,
	isReport:     2.0,
	isWish:       2.8,
	isInquiry:    3.5,
	isChatter:    1.5,
	isOther:      2.5,
	surely:       0.6,
	surelyTalk:   0.3,
	fromStaff:    0.6,
	ownPlace:     0.5,
	joining:      -1.1,
	asksProgress: -1.9,
	saysOver:     -0.8,
	wordlessTalk: 0.7,
}

const (
	// How much more must speak for a matter than for none, and than for any other.
	barFollowUp = -0.5
	barOther    = 0.5
	clearly     = 0.3
)
