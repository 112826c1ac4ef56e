package webchat

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"youshi/bot"
	"youshi/grid"
)

// newID makes a message id: ordered by time, unique over restarts.
func newID(prefix string) grid.MessageID {
	ms := strconv.FormatInt(time.Now().UnixMilli(), 36)
	return grid.MessageID(prefix + "-" + ms + strings.ToLower(rand.Text()[:8]))
}

// idOf makes the id of a message. It depends on chat and speaker too, so that
// nobody's word can hit upon another's message.
func idOf(chat grid.Chat, who, once string) grid.MessageID {
	if once == "" {
		return newID("m")
	}
	return grid.MessageID("m-" + keyOf(chat.Native + "\x00" + who + "\x00" + once)[:20])
}

// saying is the body of POST /api/say.
type saying struct {
	Group   string   `json:"group"`
	From    string   `json:"from"`
	Text    string   `json:"text"`
	Kind    string   `json:"kind"`
	ReplyTo string   `json:"reply_to"`
	Media   mediaIDs `json:"media"`
	// Once, when given, makes saying the same again (the answer was lost on its
	// way) the same message: it is any word the caller has not used before.
	Once string `json:"once"`
}

// mediaIDs reads one id or a list of them.
type mediaIDs []grid.MediaID

// UnmarshalJSON reads "id", ["id", …] or null.
func (m *mediaIDs) UnmarshalJSON(b []byte) error {
	var one *grid.MediaID
	if err := json.Unmarshal(b, &one); err == nil {
		*m = nil
		if one != nil && *one != "" {
			*m = mediaIDs{*one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]grid.MediaID)(m))
}

// say answers POST /api/say after the message is on disk.
func (c *Chat) say(w http.ResponseWriter, r *http.Request) (any, error) {
	var in saying
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	chat, who, err := c.enter(r, in.Group, in.From)
	if err != nil {
		return nil, err
	}
	kind, err := c.kindOf(in)
	if err != nil {
		return nil, err
	}
	ev := c.event(grid.EventMessage, chat, who)
	ev.Message = grid.Message{
		ID: idOf(chat, who, in.Once), Sent: c.opt.Now(), Kind: kind, Text: in.Text,
		Media: in.Media, ReplyTo: grid.MessageID(in.ReplyTo),
	}
	ev.Key.Message = string(ev.Message.ID)
	if err := c.Hear(r.Context(), ev); err != nil {
		return nil, err
	}
	return map[string]grid.MessageID{"id": ev.Message.ID}, nil
}

// enter gives the chat and the speaker of a call.
func (c *Chat) enter(r *http.Request, group, from string) (grid.Chat, string, error) {
	name, err := chatName(group)
	if err != nil {
		return grid.Chat{}, "", err
	}
	if strings.TrimSpace(from) == "" {
		return grid.Chat{}, "", refuse(http.StatusBadRequest, "请写明谁在说话（from）。")
	}
	who, err := c.speaker(r, from)
	if err != nil {
		return grid.Chat{}, "", err
	}
	if owner, private := strings.CutPrefix(name, privatePrefix); private && owner != who {
		return grid.Chat{}, "", refuse(http.StatusForbidden, "这是%s和%s的私聊，别人不能进来。", owner, c.opt.Bot)
	}
	chat, err := c.opt.Book.Enter(r.Context(), who, name)
	return chat, who, err
}

// event begins an event of somebody in a chat.
func (c *Chat) event(kind grid.EventKind, chat grid.Chat, who string) grid.Event {
	return grid.Event{
		Kind:    kind,
		Key:     grid.EventKey{Channel: ID, Chat: chat.Native},
		Native:  grid.Chat{Channel: ID, Native: chat.Native, Kind: chat.Kind},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: ID, ID: who}, Name: who},
	}
}

// kindOf says what the message is made of. A kind that nobody knows is heard as
// other; none at all is told by the file, and is text without one.
func (c *Chat) kindOf(in saying) (grid.MessageKind, error) {
	kind := grid.MessageKind(in.Kind)
	for _, id := range in.Media {
		if _, err := os.Stat(c.files().Path(id)); !bot.IsMediaID(id) || err != nil {
			return "", refuse(http.StatusBadRequest, "没有收到过这个文件（media），请先上传。")
		}
		if kind == "" {
			kind = kindOfType(c.typeOf(id))
		}
	}
	switch kind {
	case "", grid.TextMessage:
		if strings.TrimSpace(in.Text) == "" && len(in.Media) == 0 {
			return "", refuse(http.StatusBadRequest, "还没有写内容（text）。")
		}
		return grid.TextMessage, nil
	case grid.ImageMessage, grid.VoiceMessage, grid.LocationMessage, grid.FileMessage:
		return kind, nil
	}
	return grid.OtherMessage, nil
}

// own gives a message's chat when the caller may change it: it is theirs and
// still there.
func (c *Chat) own(r *http.Request, id, from string) (grid.Chat, string, error) {
	if id == "" || strings.TrimSpace(from) == "" {
		return grid.Chat{}, "", refuse(http.StatusBadRequest, "请写明是哪条消息（id）和谁（from）。")
	}
	who, err := c.speaker(r, from)
	if err != nil {
		return grid.Chat{}, "", err
	}
	o, err := c.opt.Book.Message(r.Context(), grid.MessageID(id))
	if err != nil {
		return grid.Chat{}, "", err
	}
	if o.From != who {
		return grid.Chat{}, "", refuse(http.StatusForbidden, "只能改动自己说的话。")
	}
	if o.Recalled {
		return grid.Chat{}, "", refuse(http.StatusConflict, "这条消息已经撤回了。")
	}
	chat, err := c.opt.Book.Enter(r.Context(), who, o.Chat)
	return chat, who, err
}

// recall answers POST /api/recall {"id","from"}.
func (c *Chat) recall(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct{ ID, From string }
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	chat, who, err := c.own(r, in.ID, in.From)
	if err != nil {
		return nil, err
	}
	ev := c.event(grid.EventRecall, chat, who)
	ev.Key.Message, ev.Key.Revision = in.ID, "recall"
	ev.Message = grid.Message{ID: newID("r"), Sent: c.opt.Now(), Kind: grid.RecallMessage, Of: grid.MessageID(in.ID)}
	if err := c.Hear(r.Context(), ev); err != nil {
		return nil, err
	}
	return map[string]string{"id": in.ID}, nil
}

// edit answers POST /api/edit {"id","from","text"}. Its revision is an id, not a
// time: demo's clock may stand still between two edits.
func (c *Chat) edit(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct{ ID, From, Text string }
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Text) == "" {
		return nil, refuse(http.StatusBadRequest, "改成什么（text）还没有写；要收回请用撤回。")
	}
	chat, who, err := c.own(r, in.ID, in.From)
	if err != nil {
		return nil, err
	}
	ev := c.event(grid.EventEdit, chat, who)
	ev.Message = grid.Message{ID: newID("e"), Sent: c.opt.Now(), Kind: grid.EditMessage, Text: in.Text, Of: grid.MessageID(in.ID)}
	ev.Key.Message, ev.Key.Revision = in.ID, string(ev.Message.ID)
	if err := c.Hear(r.Context(), ev); err != nil {
		return nil, err
	}
	return map[string]string{"id": in.ID}, nil
}

// press answers POST /api/press {"post","from","button"}.
func (c *Chat) press(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct{ Post, From, Button string }
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	if in.Post == "" || strings.TrimSpace(in.From) == "" || in.Button == "" {
		return nil, refuse(http.StatusBadRequest, "请写明是哪条消息（post）、谁（from）、按哪个按钮（button）。")
	}
	who, err := c.speaker(r, in.From)
	if err != nil {
		return nil, err
	}
	p, err := c.opt.Book.Post(r.Context(), grid.MessageID(in.Post))
	if err != nil {
		return nil, err
	}
	label := ""
	for _, b := range p.Buttons {
		if b == in.Button {
			label = b
		}
	}
	if label == "" {
		return nil, refuse(http.StatusBadRequest, "这条消息下面没有“%s”这个按钮。", in.Button)
	}
	chat, who, err := c.enter(r, p.To, who)
	if err != nil {
		return nil, err
	}
	id := newID("p")
	ev := c.event(grid.EventPress, chat, who)
	ev.Key.Message, ev.Key.Revision = string(p.ID), string(id)
	ev.Press = &grid.Press{Post: p.ID, Button: label}
	if err := c.Hear(r.Context(), ev); err != nil {
		return nil, err
	}
	if err := c.opt.Book.Pressed(r.Context(), p.ID, who, label); err != nil {
		c.opt.Log.Error("noting a press", "part", "webchat", "err", err) // heard all the same
	}
	return map[string]grid.MessageID{"id": id}, nil
}
