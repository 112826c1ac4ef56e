package handlers

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"youshi/grid"
)

// consoled tells the reporter of a private matter that it is in good hands, who
// knows, and the numbers of help that fit: in private alone, or not at all.
// danger is what is known of it now, ""
// for no more than at the opening.
func (t *turn) consoled(tk grid.Ticket, danger string, o grid.Outgoing) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Who, err = t.name(tk.Reporter); err != nil {
		return err
	}
	if c.Told, err = t.told(tk); err != nil {
		return err
	}
	if tk.Urgency != grid.Emergency { // above the grid nobody was told of it yet
		c.Told = slices.DeleteFunc(c.Told, func(l grid.Level) bool { return l != grid.LevelGrid })
	}
	said, err := t.tx.Messages().Get(tk.Opening)
	if err != nil {
		return fmt.Errorf("reading message %s: %w", tk.Opening, err)
	}
	words := said.Shown() + c.Summary
	if t.who.ID == tk.Reporter {
		words += t.msg.Told()
	}
	c.Lines = helplines(tk, cmp.Or(danger, tk.Danger), words)
	_, err = t.tellPerson(tk.Reporter, o, "ack.private", c)
	return err
}

// dangers that have a line of their own (prompts: "helpline.<danger>").
var dangerLines = map[string]bool{"violence": true, "self_harm": true, "missing": true, "gas": true, "fire": true, "fall": true,
	"trapped": true, "electric": true}

// aboutWhom are the words that tell whose line helps (求助热线): youth 12355, women
// 12338, the mind 12356. What is said decides nothing else.
var aboutWhom = []struct {
	line     string
	violence bool // only where somebody is beaten or in danger: whose son it is may be sixty
	words    []string
}{
	{"youth", false, []string{"孩子", "小孩", "娃", "学生", "未成年", "老师", "同学", "学校", "小姑娘", "小女孩", "小男孩", "后爸", "后妈", "继父", "继母"}},
	{"youth", true, []string{"女儿", "儿子", "闺女"}},
	{"women", false, []string{"家暴", "妇女", "强奸", "猥亵", "骚扰", "尾随", "偷拍"}},
	{"women", true, []string{"老婆", "老公", "媳妇", "婆娘", "堂客", "妻", "丈夫", "男人", "前夫"}},
	{"mind", false, []string{"抑郁", "轻生", "自杀", "不想活", "想死", "跳楼", "割腕", "精神", "心理", "躁郁"}},
}

// blows tell that somebody did it, where only somebody lying there was understood.
var blows = regexp.MustCompile(`[又在被挨]打|打(?:[他她我妈娃孩人架]|老|起来)|动手|砍|捅`)

// helplines are the lines of help that fit a private matter, the most pressing
// first; the government's own (12345) when none else does.
func helplines(tk grid.Ticket, danger string, said string) []string {
	var out []string
	if danger == "fall" && blows.MatchString(said) {
		danger = "violence" // whoever lies there was beaten: the police first
	}
	switch {
	case tk.Elder:
		out = append(out, "elder")
	case dangerLines[danger]:
		out = append(out, danger)
	case tk.Urgency == grid.Emergency:
		out = append(out, "danger")
	}
	beaten := danger == "violence" || strings.Contains(said, "打")
	for _, x := range aboutWhom {
		named := slices.ContainsFunc(x.words, func(w string) bool { return strings.Contains(said, w) })
		known := tk.Elder || slices.Contains(out, x.line) || x.line == "mind" && danger == "self_harm"
		if named && !known && (beaten || !x.violence || x.line == "youth" && tk.Urgency == grid.Emergency) {
			out = append(out, x.line)
		}
	}
	if len(out) == 0 {
		out = append(out, "other")
	}
	return out
}
