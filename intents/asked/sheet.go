package asked

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
	"youshi/llm"
)

// How much of a scene a model is shown, in characters: with the message no more
// than about 600, which is under 700 tokens for every tokenizer in use.
const (
	longest    = 240 // the message; what is longer loses its middle
	matterRoom = 230 // all open matters
	talkRoom   = 160 // what was said before
	lineRoom   = 30  // one of either
)

// sheet is what a model is shown of a message and its scene, redacted.
type sheet struct {
	numbers []grid.TicketNo // of the matters shown: no other number counts
	mask    *llm.Mask
	lines   []string
}

func newSheet(m grid.Message, s grid.Scene) *sheet {
	names := []string{m.Name}
	for _, x := range s.Recent {
		names = append(names, x.Name)
	}
	a := &sheet{mask: llm.NewMask(names...)}
	talk, near := a.talk(m, s)
	if matters := a.matters(m, s, near); len(matters) > 0 {
		a.lines = append(append(a.lines, "未结事项："), matters...)
	}
	if len(talk) > 0 {
		a.lines = append(append(a.lines, "刚才："), talk...)
	}
	a.lines = append(a.lines, a.scene(m, s), "判断："+a.message(m))
	return a
}

// text gives the sheet; its last line is the message.
func (a *sheet) text() string { return strings.Join(a.lines, "\n") }

// message gives the message on one line.
func (a *sheet) message(m grid.Message) string {
	r := []rune(oneLine(a.mask.Hide(m.Text)))
	if len(r) > longest {
		r = slices.Concat(r[:longest-60], []rune("……"), r[len(r)-58:])
	}
	text := string(r)
	switch {
	case m.Machine != "":
		text = m.Machine.Mark() + text
	case m.Kind == grid.ImageMessage:
		text = "[图片]" + text
	}
	return text
}

// scene says who speaks, when and where, and what is quoted.
func (a *sheet) scene(m grid.Message, s grid.Scene) string {
	where := map[grid.ChatKind]string{grid.PrivateChat: "私聊机器人", grid.StaffChat: "在工作群里说"}[s.Chat.Kind]
	if where == "" {
		where = "在群里说"
	}
	line := fmt.Sprintf("场景：%s〔某人〕（%s）%s", when(m.Sent, s.Now), roleName(s.Role), where)
	line = strings.Replace(line, "〔某人〕", a.mask.Name(m.Name), 1)
	if q := s.Quoted; q != nil && q.Text != "" && (q.Ticket == 0 || slices.Contains(a.numbers, q.Ticket) || q.From == m.From) {
		line += "，引用：" + a.short(q.Text)
		if slices.Contains(a.numbers, q.Ticket) {
			line += fmt.Sprintf(" [#%d]", q.Ticket)
		}
	}
	return line
}

// talk gives what was said just before in this chat, oldest first, and the
// matters it was about. What must not be said aloud is not shown: it could come
// back in a summary.
func (a *sheet) talk(m grid.Message, s grid.Scene) (lines []string, near []grid.TicketNo) {
	room := talkRoom
	for _, x := range slices.Backward(s.Recent) {
		if m.Sent.Sub(x.Sent) > time.Hour || room <= 0 {
			break
		}
		text := x.Shown()
		if x.Chat != m.Chat || x.Intent.Sensitive || private(s, x.Ticket) || strings.TrimSpace(text) == "" && x.Kind != grid.ImageMessage {
			continue
		}
		if strings.TrimSpace(text) == "" {
			text = "[图片]"
		}
		line := a.mask.Name(x.Name) + "：" + a.short(text)
		if x.Ticket != 0 {
			line += fmt.Sprintf(" [#%d]", x.Ticket)
			near = append(near, x.Ticket)
		}
		if room -= utf8.RuneCountInString(line); room >= 0 {
			lines = append(lines, line)
		}
	}
	slices.Reverse(lines)
	return lines, near
}

// matters gives the open matters, those just talked about first and then the
// latest. Of private ones the reporter's own alone are shown.
func (a *sheet) matters(m grid.Message, s grid.Scene, near []grid.TicketNo) (lines []string) {
	open := slices.DeleteFunc(slices.Clone(s.Open), func(x grid.Matter) bool {
		return x.Private && (x.Reporter != m.From || m.From == "") || x.Status == grid.Closed && s.Now.Sub(x.Heard) > 24*time.Hour
	})
	rank := func(x grid.Matter) int {
		if i := slices.Index(near, x.No); i >= 0 {
			return i
		}
		return len(near)
	}
	slices.SortStableFunc(open, func(x, y grid.Matter) int {
		if d := rank(x) - rank(y); d != 0 {
			return d
		}
		return y.Heard.Compare(x.Heard)
	})
	room := matterRoom
	for _, x := range open {
		what := x.SummaryText
		if x.LocationText != "" && !strings.Contains(what, x.LocationText) {
			what = x.LocationText + " " + what
		}
		line := fmt.Sprintf("#%d %s报：%s（%s）", x.No, a.mask.Name(nameOf(s, m, x.Reporter)), a.short(what), ago(s.Now.Sub(x.Heard)))
		if room -= utf8.RuneCountInString(line); room < 0 {
			break
		}
		lines = append(lines, line)
		a.numbers = append(a.numbers, x.No)
	}
	return lines
}

// short gives a text redacted, on one line, and cut.
func (a *sheet) short(text string) string {
	r := []rune(oneLine(a.mask.Hide(text)))
	if len(r) <= lineRoom {
		return string(r)
	}
	return string(r[:lineRoom-1]) + "…"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func private(s grid.Scene, no grid.TicketNo) bool {
	return no != 0 && slices.ContainsFunc(s.Open, func(x grid.Matter) bool { return x.No == no && x.Private })
}

// nameOf finds a person's name in the scene, "" when nobody has it.
func nameOf(s grid.Scene, m grid.Message, id grid.PersonID) string {
	for _, x := range append([]grid.Message{m}, s.Recent...) {
		if x.From == id && id != "" {
			return x.Name
		}
	}
	return ""
}

var weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

// when gives day and minute in the site's time zone, which the scene's now is in.
func when(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	return "周" + weekdays[t.Weekday()] + t.Format(" 15:04，")
}

func ago(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d分钟前", max(0, int(d.Minutes())))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d小时前", int(d.Hours()))
	}
	return fmt.Sprintf("%d天前", int(d.Hours()/24))
}

// roleName gives a role as residents call it.
func roleName(r grid.Role) string {
	name := map[grid.Role]string{grid.Volunteer: "志愿者", grid.BuildingHead: "楼栋长", grid.GridWorker: "网格员", grid.Property: "物业",
		grid.Unit: "单位", grid.Secretary: "书记", grid.Committee: "业委会", grid.SubdistrictHQ: "街道", grid.DistrictHQ: "区里"}[r]
	if name == "" {
		return "居民"
	}
	return name
}
