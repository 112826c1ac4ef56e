package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

const wholeResult = "做法：给王大爷家3-2-501更换钢丝绳；依据：特种设备安全法、\n标准:年检合格 结果：已恢复运行，张大妈很满意，电话13812345678"

// closed is a public matter whose judging has ended.
func closed(t *testing.T, options ...option) *house {
	h := newHouse(t, options...)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantResolve, 1, "换了门锁"))
	h.after(days(4))
	h.is("status", h.ticket(1).Status, grid.Closed)
	return h
}

// public gives the words that are published of a matter.
func (h *house) public(no grid.TicketNo) (words []string) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		r := h.ticket(no).Public
		if r == nil {
			return nil
		}
		for _, id := range []grid.TextID{r.Done, r.Basis, r.Standard, r.Outcome} {
			s, err := tx.Words().Get(id)
			if err != nil {
				return err
			}
			words = append(words, s)
		}
		return nil
	})
	return words
}

func TestAPublicResultHasFourPartsAndNamesNobody(t *testing.T) {
	h := closed(t)
	got := h.order("李敏", with(grid.WantPublish, 1, wholeResult))
	words := h.public(1)
	for i, want := range []string{"给某居民家3-2-***更换钢丝绳", "特种设备安全法", "年检合格", "已恢复运行，某居民很满意，电话***"} {
		h.is("part", words[i], want)
	}
	card := got.posts.to(group).one(h)
	h.says(card, "【公示】1号", "做法：给某居民家", "依据：", "标准：", "结果：")
	h.is("class", card.Class, grid.ClassNotice)
	for _, o := range got.posts {
		for _, name := range []string{"张大妈", "王大爷", "501", "13812345678"} {
			if strings.Contains(o.Text, name) {
				t.Errorf("%s is named to %s: %s", name, o.To, o.Text)
			}
		}
	}
	again := h.order("李敏", with(grid.WantPublish, 1, strings.ReplaceAll(wholeResult, "年检", "月检")))
	again.posts.to(group).none(h)
	h.is("corrected", h.public(1)[2], "月检合格")
	h.view(func(tx storage.Tx) error {
		all, err := storage.Published(tx)
		h.is("once on the page", len(all), 1)
		return err
	})
}

// The card in the group tells everybody; whoever watches was told that it is over when it was.
func TestWhoWatchesHearsOfAPublicResultOnce(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("王阿姨", want(grid.WantWatch, 1))
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantResolve, 1, "换了门锁"))
	h.after(days(4))
	h.is("status", h.ticket(1).Status, grid.Closed)
	got := h.order("李敏", with(grid.WantPublish, 1, wholeResult))
	got.posts.to(group).one(h)
	got.posts.to(h.private("王阿姨")).none(h)
	h.order("李敏", with(grid.WantPublish, 1, wholeResult)).posts.to(h.private("王阿姨")).none(h)
	h.after(time.Hour).where(func(o grid.Outgoing) bool { return strings.Contains(o.Text, "您盯的") }).none(h)
}

func TestAPublicResultThatLacksAPartIsRefusedByName(t *testing.T) {
	for text, missing := range map[string]string{
		"":     "做法、依据、标准、结果",
		"换了灯泡": "做法、依据、标准、结果",
		"做法：换灯 依据：物业条例 标准：":           "标准、结果",
		"结果：亮了\n做法：换灯\n标准：国标GB7000":   "依据",
		"做法：换灯 依据：按国家标准：GB7000 结果：亮了": "标准",
	} {
		t.Run(missing, func(t *testing.T) {
			h := closed(t)
			before := h.record(1)
			h.says(h.order("李敏", with(grid.WantPublish, 1, text)).posts.kind(grid.PostRefusal).one(h), "还差："+missing+"。")
			h.is("nothing is kept", h.record(1), before)
		})
	}
}

func TestWhatIsNotPublished(t *testing.T) {
	for name, h := range map[string]*house{
		"what is being worked on": func() *house {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			h.order("李敏", want(grid.WantConfirm, 1))
			return h
		}(),
		"what is private": func() *house {
			h := newHouse(t)
			h.say("张大妈", "…", beaten())
			h.order("李敏", want(grid.WantConfirm, 1))
			h.order("李敏", with(grid.WantResolve, 1, "已处理"))
			return h
		}(),
		"what was withdrawn": func() *house {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			h.order("张大妈", want(grid.WantWithdraw, 1))
			return h
		}(),
		"what was rejected": func() *house {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			h.order("李敏", with(grid.WantReject, 1, "不归社区管"))
			return h
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			got := h.order("李敏", with(grid.WantPublish, 1, wholeResult))
			got.posts.kind(grid.PostRefusal).one(h)
			got.posts.to(group).none(h)
			h.is("nothing is public", h.ticket(1).Public == nil, true)
		})
	}
	h := closed(t)
	for _, who := range []string{"张大妈", "物业小孙"} {
		h.order(who, with(grid.WantPublish, 1, wholeResult)).posts.kind(grid.PostRefusal).one(h)
	}
	h.is("nor by others", h.ticket(1).Public == nil, true)
}

func TestWhatIsDoneAgainIsPublicNoMore(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantResolve, 1, "换了门锁"))
	h.order("李敏", with(grid.WantPublish, 1, wholeResult))
	h.is("public", h.ticket(1).Published(), true)
	h.order("张大妈", mark(1, grid.Unsatisfied))
	h.is("while it is done again", h.ticket(1).Published(), false)
	h.order("李敏", with(grid.WantResolve, 1, "又换了一把"))
	h.is("until it is told anew", h.ticket(1).Published(), false)
}

func TestTheWorkerIsRemindedOnceAndQuietlyToPublish(t *testing.T) {
	urged := func(all posts) posts {
		return all.where(func(o grid.Outgoing) bool { return strings.Contains(o.Text, "请公示") })
	}
	for name, c := range map[string]struct {
		in      grid.Intent
		support []string
		times   int
	}{
		"what three support":           {lift(), []string{"李大爷", "王阿姨", "赵叔"}, 1},
		"what two support":             {lift(), []string{"李大爷", "王阿姨"}, 0},
		"what is beyond the community": {of(lift(), func(in *grid.Intent) { in.Category = grid.Escalate }), nil, 1},
		"never what is private":        {of(beaten(), func(in *grid.Intent) { in.Category = grid.Escalate }), nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.say("张大妈", "…", c.in)
			for _, who := range c.support {
				h.order(who, want(grid.WantMeToo, 1))
			}
			h.order("李敏", want(grid.WantConfirm, 1))
			h.order("李敏", with(grid.WantResolve, 1, "好了"))
			all := urged(h.after(days(4)))
			h.is("reminded", len(all), c.times)
			if c.times == 0 {
				return
			}
			h.is("where", all[0].To, staff)
			h.order("张大妈", mark(1, grid.Unsatisfied)) // an objection
			h.order("李敏", with(grid.WantResolve, 1, "又好了"))
			h.is("again", len(urged(h.after(days(4)))), 0)
		})
	}
}
