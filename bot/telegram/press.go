package telegram

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"youshi/grid"
)

// mostData is how many bytes Telegram carries with a button.
const mostData = 64

// dataOf is what a button carries: its label, which with the message under which it
// stands says all, or a hash of one that is too long.
func dataOf(label string) string {
	if len(label) > 0 && len(label) <= mostData {
		return label
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(label)) // a hash takes everything
	return fmt.Sprintf("#%x", h.Sum64())
}

// keyboard puts a post's buttons under it, up to three short ones in a row. Nil for
// none: a typed nil would be sent as "null".
func keyboard(buttons []grid.Button) models.ReplyMarkup {
	if len(buttons) == 0 {
		return nil
	}
	var rows [][]models.InlineKeyboardButton
	room := 0
	for _, b := range buttons {
		width := max(6, len([]rune(b.Label)))
		if room < width || len(rows) == 0 {
			rows, room = append(rows, nil), 20
		}
		last := len(rows) - 1
		rows[last] = append(rows[last], models.InlineKeyboardButton{Text: b.Label, CallbackData: dataOf(b.Label)})
		room -= width
	}
	return &models.InlineKeyboardMarkup{InlineKeyboard: rows}
}

// under gives the message under which a button was pressed, which Telegram may not
// show any more, or not know at all.
func under(q *models.CallbackQuery) (chat int64, id int, m *models.Message) {
	switch {
	case q.Message.Message != nil:
		return q.Message.Message.Chat.ID, q.Message.Message.ID, q.Message.Message
	case q.Message.InaccessibleMessage != nil:
		return q.Message.InaccessibleMessage.Chat.ID, q.Message.InaccessibleMessage.MessageID, nil
	}
	return 0, 0, nil
}

// pressed hears a press. Who may press is the handlers' to say; the press itself is
// answered in any case, so that the button's clock stops.
func (h *hearer) pressed(q *models.CallbackQuery) {
	h.taps = append(h.taps, q.ID)
	chat, id, m := under(q)
	if chat == 0 || id == 0 {
		h.log.Warn("a press under no message that is known")
		return
	}
	kind := grid.GroupChat
	if chat > 0 {
		kind = grid.PrivateChat
	}
	h.events = append(h.events, grid.Event{
		Key:     grid.EventKey{Channel: ID, Chat: native(chat), Message: fmt.Sprint(id), Revision: "press-" + q.ID},
		Kind:    grid.EventPress,
		Native:  grid.Chat{Channel: ID, Native: native(chat), Kind: kind},
		Speaker: person(&q.From),
		Press:   &grid.Press{Post: messageID(chat, id), Button: labelOf(q.Data, m)},
	})
}

// labelOf gives the label of the button that carries data.
func labelOf(data string, m *models.Message) string {
	if m == nil || m.ReplyMarkup == nil {
		return data
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		for _, b := range row {
			if b.CallbackData == data {
				return b.Text
			}
		}
	}
	return data
}

// answerTaps tells Telegram that presses arrived, until ctx is done. One that is
// too old, or answered already, is none the worse.
func (c *Channel) answerTaps(ctx context.Context) {
	for {
		select {
		case id := <-c.taps:
			for try := 1; try <= 3 && c.answerTap(ctx, id); try++ {
				sleep(ctx, time.Duration(try)*time.Second)
			}
		case <-ctx.Done():
			return
		}
	}
}

// answerTap answers one press and reports whether that is worth another try.
func (c *Channel) answerTap(ctx context.Context, id string) (again bool) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	_, err := c.api.lib.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: id})
	if err == nil || errors.Is(err, tg.ErrorBadRequest) || ctx.Err() != nil {
		return false
	}
	c.log.Debug("a press could not be answered", "err", c.api.mask(err))
	return !c.health.barred()
}

// sleep waits, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
