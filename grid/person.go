package grid

import (
	"slices"
	"time"
)

// Role is an office (角色) somebody holds in an area. Authority comes from the
// Roster's roles alone: never from a nickname, a text or a model's answer.
type Role string

// The roles, and House for what the program does by itself (its clocks).
const (
	Resident      Role = "resident"      // 居民
	Volunteer     Role = "volunteer"     // 志愿者
	BuildingHead  Role = "building_head" // 楼栋长
	GridWorker    Role = "grid_worker"   // 网格员
	Property      Role = "property"      // 物业
	Unit          Role = "unit"          // 单位: police, utilities, departments
	Secretary     Role = "secretary"     // 书记
	Committee     Role = "committee"     // 业委会
	SubdistrictHQ Role = "subdistrict"   // 街道
	DistrictHQ    Role = "district"      // 区
	Operator      Role = "operator"      // 运维
	House         Role = "house"         // the program itself
)

// Roles lists every role a person can hold, weakest first: where somebody holds
// several in one area, the last of them in this list counts.
func Roles() []Role {
	return []Role{Resident, Volunteer, Operator, Committee, Unit, Property, BuildingHead, GridWorker, Secretary, SubdistrictHQ, DistrictHQ}
}

// Valid reports whether a person can hold r.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Staff reports whether r works on matters (and so reads staff cards).
func (r Role) Staff() bool {
	return r.Valid() && r != Resident && r != Volunteer && r != Operator
}

// Level gives the rung of the ladder on which r decides; LevelGrid for all below.
func (r Role) Level() Level {
	switch r {
	case Secretary, Committee:
		return LevelCommunity
	case SubdistrictHQ:
		return LevelSubdistrict
	case DistrictHQ:
		return LevelDistrict
	}
	return LevelGrid
}

// Stronger gives the role that counts of two.
func Stronger(a, b Role) Role {
	if slices.Index(Roles(), b) > slices.Index(Roles(), a) {
		return b
	}
	return a
}

// Identity is one account of a person on one channel.
type Identity struct {
	Channel ChannelID `json:"channel"`
	ID      string    `json:"id"` // the platform's own id of the account
	// Weak says that the platform vouches for nothing but a name that anybody can
	// take: enough to rate, watch and withdraw one's own public matter.
	Weak bool `json:"weak,omitempty"`
}

// Office is a role held in an area for a time.
type Office struct {
	Role  Role      `json:"role"`
	Area  AreaID    `json:"area"`
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"` // zero: until further notice
	For   PersonID  `json:"for,omitempty"`  // held for somebody on leave (代班)
	// Invited says that a one-time code gave it: the config neither names nor ends it.
	Invited bool `json:"invited,omitempty"`
}

// Held reports whether the office is held at that time.
func (o Office) Held(at time.Time) bool { return o.Until.IsZero() || at.Before(o.Until) }

// Absence is a leave (请假): from when to when, and who stands in (代班), if anybody.
type Absence struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Deputy PersonID  `json:"deputy,omitempty"`
}

// Person is somebody youshi knows. A name lives here and nowhere else.
type Person struct {
	ID         PersonID   `json:"id"`
	Name       string     `json:"name"`
	Identities []Identity `json:"identities,omitempty"`
	Offices    []Office   `json:"offices,omitempty"`
	Household  string     `json:"household,omitempty"`
	Home       AreaID     `json:"home,omitempty"` // the grid whose group the person spoke in last
	Absent     *Absence   `json:"absent,omitempty"`
	// A one-time code can say that two people are one: all accounts of the one go to
	// the other, who answers for what the first had said.
	Into   PersonID   `json:"into,omitempty"`   // who that is
	Former []PersonID `json:"former,omitempty"` // whose accounts came here
}

// Away reports whether the person is on leave at that time: nothing new is given
// to whoever is, though the office and its say remain.
func (p Person) Away(at time.Time) bool {
	return p.Absent != nil && !at.Before(p.Absent.From) && at.Before(p.Absent.Until)
}

// Weak reports whether nothing vouches for who p is: such a person holds no
// role, and has no standing in a private matter.
func (p Person) Weak() bool {
	for _, id := range p.Identities {
		if !id.Weak {
			return false
		}
	}
	return len(p.Identities) > 0
}

// Standing says what somebody is to one ticket; a person may be several things.
type Standing uint8

// The standings.
const (
	StandsReporter  Standing = 1 << iota // 诉求人
	StandsSupporter                      // 附议人
	StandsAssignee                       // 承办人
	StandsUnit                           // a unit named by a whistle
)

// Has reports whether s contains any of x.
func (s Standing) Has(x Standing) bool { return s&x != 0 }

// Actor is who wants something of a ticket: a person, the role held in the
// ticket's area, and what the person is to the ticket.
type Actor struct {
	Person   PersonID `json:"person,omitempty"`
	Role     Role     `json:"role"`
	Standing Standing `json:"standing,omitempty"`
	Weak     bool     `json:"weak,omitempty"` // nothing vouches for who it is but a name (see Identity)
}

// TheHouse is the actor of clocks and polls: the program itself.
func TheHouse() Actor { return Actor{Role: House} }
