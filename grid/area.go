package grid

// AreaKind says what kind of area (区域) a node of the tree is.
type AreaKind string

// The kinds of area, from the top of the tree down.
const (
	District    AreaKind = "district"    // 区
	Subdistrict AreaKind = "subdistrict" // 街道
	Community   AreaKind = "community"   // 社区
	Estate      AreaKind = "estate"      // 小区
	Grid        AreaKind = "grid"        // 网格, about 300 households
	Building    AreaKind = "building"    // 楼栋
)

// Area is a node of the tree of areas.
type Area struct {
	ID         AreaID   `json:"id"`
	Kind       AreaKind `json:"kind"`
	Parent     AreaID   `json:"parent,omitempty"` // empty at the top
	Households int      `json:"households,omitempty"`
}

// Level is a rung of the ladder on which a matter is dealt with (层级).
type Level string

// The ladder, from the lowest rung up.
const (
	LevelGrid        Level = "grid"
	LevelCommunity   Level = "community"
	LevelSubdistrict Level = "subdistrict"
	LevelDistrict    Level = "district"
)

var ladder = []Level{LevelGrid, LevelCommunity, LevelSubdistrict, LevelDistrict}

// Above gives the next rung up, and false at the top.
func (l Level) Above() (Level, bool) {
	for i, x := range ladder[:len(ladder)-1] {
		if x == l {
			return ladder[i+1], true
		}
	}
	return l, false
}

// Rank gives the place of l on the ladder from 0 (grid), or -1.
func (l Level) Rank() int {
	for i, x := range ladder {
		if x == l {
			return i
		}
	}
	return -1
}

// ChatKind says who can read a chat.
type ChatKind string

// The kinds of chat.
const (
	GroupChat   ChatKind = "group"   // 居民群: all residents of a grid
	StaffChat   ChatKind = "staff"   // 工作群: the staff of an area
	PrivateChat ChatKind = "private" // 私聊: one person and the bot
)

// Chat is a chat that youshi sits in, bound to an area (a group, a staff chat)
// or to a person (a private chat).
type Chat struct {
	ID      ChatID    `json:"id"`
	Kind    ChatKind  `json:"kind"`
	Channel ChannelID `json:"channel"`
	Native  string    `json:"native"` // the platform's own id of it; never leaves its channel and the store
	Area    AreaID    `json:"area,omitempty"`
	Person  PersonID  `json:"person,omitempty"`
	Name    string    `json:"name,omitempty"` // what the platform calls it at the moment, where a channel knows: for the operator's eyes
}

// Lane gives the lane that takes what is heard in the chat: one lane a grid for
// its group and staff chat; private chats and higher staff chats have their own.
func (c Chat) Lane(a Area) LaneID {
	switch {
	case c.Kind == PrivateChat:
		return LaneID("private:" + string(c.Person))
	case c.Kind == StaffChat && a.Kind != Grid:
		return LaneID("staff:" + string(c.Area))
	}
	return GridLane(c.Area)
}

// GridLane is the lane of a grid: its chats' events and its tickets' timers.
func GridLane(a AreaID) LaneID { return LaneID("grid:" + string(a)) }
