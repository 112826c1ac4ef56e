package telegram

import (
	"fmt"
	"strconv"
	"strings"

	"youshi/grid"
)

// Message ids of this channel, made and read in this file alone:
//
//	telegram:<chat>:<message>          a message, ours or a resident's
//	telegram:<chat>:a<media group>     an album, whatever part of it is meant
//	telegram:<chat>:<message>:e<rev>   the line of an edit
//	telegram:<chat>:<message>:j<user>  the line of somebody joining
const idPrefix = "telegram:"

func messageID(chat int64, id int) grid.MessageID {
	return grid.MessageID(fmt.Sprintf("%s%d:%d", idPrefix, chat, id))
}

func albumID(chat int64, group string) grid.MessageID {
	return grid.MessageID(fmt.Sprintf("%s%d:a%s", idPrefix, chat, group))
}

func editID(chat int64, id int, revision string) grid.MessageID {
	return messageID(chat, id) + grid.MessageID(":e"+revision)
}

func joinID(chat int64, id int, user int64) grid.MessageID {
	return messageID(chat, id) + grid.MessageID(fmt.Sprintf(":j%d", user))
}

// place is what an id names: a message of a chat, or an album.
type place struct {
	chat  int64
	id    int    // 0: an album
	album string // "": a message
}

// parseID reads an id of this channel; false for another's.
func parseID(id grid.MessageID) (place, bool) {
	rest, ours := strings.CutPrefix(string(id), idPrefix)
	parts := strings.Split(rest, ":")
	if !ours || len(parts) < 2 {
		return place{}, false
	}
	chat, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return place{}, false
	}
	if album, is := strings.CutPrefix(parts[1], "a"); is {
		return place{chat: chat, album: album}, album != ""
	}
	n, err := strconv.Atoi(parts[1])
	return place{chat: chat, id: n}, err == nil && n > 0
}

// native is a chat's id as the store keeps it.
func native(chat int64) string { return strconv.FormatInt(chat, 10) }
