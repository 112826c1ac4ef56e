package intents

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"youshi/grid"
)

// items says what each item of a record (记) means: a resident's words, told to
// somebody face to face, by themselves. Whoever writes an item down means that
// something is to be done about it, so each is a matter.
func (c Chain) items(ctx context.Context, m grid.Message, s grid.Scene, order grid.Command) []grid.Intent {
	door := grid.Scene{Now: s.Now, Bot: s.Bot, Chat: grid.Chat{Kind: grid.GroupChat}, Area: s.Area, Role: grid.Resident}
	out := make([]grid.Intent, 0, len(order.Items))
	for i, text := range order.Items {
		item := m
		item.Kind, item.Media, item.ReplyTo = grid.TextMessage, nil, ""
		item.Text = untold(text, order.Teller(i))
		v := c.weigh(ctx, item, door)
		in := v.conclude()
		if !in.Kind.Actionable() {
			if first, ok := v.actionable(); ok {
				in = first
			}
		}
		if !in.Kind.Actionable() {
			in.Kind = grid.Report
		}
		in.Command, in.Otherwise, in.Link, in.Unread = nil, nil, grid.Link{}, v.unread
		out = append(out, Consistent(placed(in, item)))
	}
	return out
}

// untold gives an item without the name of who told it. A place before the name
// stays.
func untold(item, teller string) string {
	if teller == "" {
		return item
	}
	before, after, _ := cutColon(item)
	place, _, _ := strings.Cut(before, teller)
	place = strings.TrimSuffix(strings.TrimSpace(place), "的")
	return strings.TrimSpace(place + " " + strings.TrimSpace(after))
}

// tellersOf gives who told each item: the name before the first colon, "" where
// there is none; nil where no item has one.
func tellersOf(items []string) []string {
	out, named := make([]string, len(items)), false
	for i, item := range items {
		if before, _, ok := cutColon(item); ok {
			out[i] = tellerIn(before)
		}
		named = named || out[i] != ""
	}
	if !named {
		return nil
	}
	return out
}

func cutColon(item string) (before, after string, ok bool) {
	i := strings.IndexAny(item, ":：")
	if i < 0 {
		return item, "", false
	}
	_, size := utf8.DecodeRuneInString(item[i:])
	return strings.TrimSpace(item[:i]), item[i+size:], true
}

// address is how neighbours are called; behind a place ("12号楼刘奶奶", "东门的刘奶奶")
// only such a name counts.
var address = regexp.MustCompile(`[的楼栋幢室单元门户号#\d]([^的楼栋幢室单元门户号#\d\s]{1,3}(?:大爷|大妈|大娘|大伯|大叔|大姐|大哥|阿姨|叔叔|奶奶|爷爷|女士|先生|老师|嫂|姐|哥|叔|姨))$`)

// notTellers stand before a colon and are no names.
var notTellers = []string{"物业", "居民", "业主", "群众", "有人", "邻居", "大家", "反映", "诉求", "建议", "意见", "心愿", "地点", "位置", "问题", "情况",
	"备注", "时间", "内容", "事项", "补充", "楼道", "小区", "网格", "社区", "电话", "紧急", "急", "注", "的"}

// tellerIn gives the name in what stands before an item's colon.
func tellerIn(before string) string {
	for _, x := range []string{"反映", "说", "反馈", "提出"} {
		before = strings.TrimSuffix(before, x)
	}
	if found := address.FindStringSubmatch(before); found != nil {
		return found[1]
	}
	n := utf8.RuneCountInString(before)
	odd := strings.ContainsFunc(before, func(r rune) bool { return !unicode.IsLetter(r) && r != '·' })
	if n < 2 || n > 6 || odd || slices.ContainsFunc(notTellers, func(x string) bool { return strings.Contains(before, x) }) {
		return ""
	}
	return before
}
