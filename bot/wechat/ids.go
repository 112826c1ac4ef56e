package wechat

import (
	"fmt"
	"hash/fnv"
	"strings"

	"youshi/grid"
)

// ID names the channel.
const ID grid.ChannelID = "wechat"

// What WeChat calls somebody or something (a UserName) is good for one login and
// never leaves this folder. What lasts is made here:
//
//	a group          the name under which the config binds it
//	a friend         "remark:<remark>", the remark being the owner's and unique
//	everybody else   "weak:<group>/<name>", which anybody can take
//	a message        "wechat:<MsgId>"
const (
	remarkPrefix = "remark:"
	weakPrefix   = "weak:"
)

func messageID(msgID string) grid.MessageID { return grid.MessageID("wechat:" + msgID) }

func friendID(remark string) grid.Identity {
	return grid.Identity{Channel: ID, ID: remarkPrefix + remark}
}

// weakID is the account of somebody whom only a name tells from others. scope is
// the group, "" in private.
func weakID(scope, name string) grid.Identity {
	return grid.Identity{Channel: ID, ID: weakPrefix + scope + "/" + name, Weak: true}
}

// passing is the name of somebody who shares a name with another or has none: it
// ends with the session.
func passing(name, user string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // a hash takes everything
	return fmt.Sprintf("%s?%08x", name, h.Sum32())
}

// isGroup reports whether a UserName is a group's; people's begin with one "@".
func isGroup(user string) bool { return strings.HasPrefix(user, "@@") }
func isPerson(user string) bool {
	return strings.HasPrefix(user, "@") && !isGroup(user)
}
