package web

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/web/webtest"
)

func TestTheBoardShowsMattersByStatusAndFiltersThem(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(nil)+"/board", 1440, 860)
	p.Shows("#column-proposed", "电梯故障")
	p.Shows("#column-proposed .ticket.late", "超期2小时")
	p.Shows("#column-working", "小区东门路灯不亮")
	p.Shows("#column-working", "承办 赵物业")
	p.Shows("#column-open", "不公开的事项")
	p.Hides("body", "打孩子")
	p.Shows("#aside", "不受理 1")
	p.Shot("board-desk")
	p.Click("#aside summary")
	p.Shows("#aside", "超市打折")
	p.Click("#overdue")
	p.Hides("#column-working", "路灯")
	p.Shows("#count", "1 件")
	p.Click("#overdue")
	p.Fill("#search", "路灯")
	p.Shows("#column-working", "路灯")
	p.Hides("#column-proposed", "电梯")
	p.Run(`document.querySelector("#search").value = ""; document.querySelector("#area").value = "第2网格"; document.querySelector("#filters").dispatchEvent(new Event("input"))`)
	p.Shows("#column-closed", "垃圾桶")
	p.Hides("#column-working", "路灯")
}

func TestATicketOpensWithItsHistoryAndChangesLive(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(nil)+"/board", 1280, 800)
	p.Click(`[data-number="2"]`)
	p.Shows("#ticket-title", "2 号 · 办理中")
	p.Shows("#ticket .steps", "王网格（网格员） 确认立案：待确认 → 已立案")
	p.Shows("#ticket .said", "路灯不亮")
	p.Shot("board-ticket")
	p.Type("\x1b") // Escape
	p.Until("the drawer is shut", `!document.querySelector("#ticket").open && location.hash === ""`)
	w.put(matter{from: "桐桐妈妈", chat: "group:第1网格", area: "第1网格", text: "水管爆了", summary: "4号楼水管爆裂", place: "4#", category: grid.Immediate, urgency: grid.Emergency, topic: "water_power_gas", due: now.Add(10 * time.Minute)})
	p.Shows("#column-proposed", "4号楼水管爆裂")
	p.Click(`[data-number="3"]`)
	p.Shows("#ticket", "不公开的事项")
	p.Hides("#ticket", "李奶奶")
	p.Hides("#ticket", "打孩子")
	p.Click("#ticket summary")
	p.Shows("#ticket", "隔壁打孩子")
}

func TestThePhoneShowsOneColumnAtATime(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(nil)+"/board", 390, 844)
	p.Shows("#column-proposed", "电梯故障")
	p.Until("nothing is wider than the phone", `document.documentElement.scrollWidth <= innerWidth`)
	p.Shot("board-phone")
	p.Click("#tab-working")
	p.Shows("#column-working", "路灯不亮")
	p.Until("the other column made way", `document.querySelector("#column-proposed").offsetParent === null`)
	p.Click(`[data-number="2"]`)
	p.Shows("#ticket", "办理经过")
	p.Shot("board-phone-ticket")
}

func TestTheKeyboardOpensATicket(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(nil)+"/board", 1280, 800)
	p.Shows("#column-proposed", "电梯故障")
	for range 12 {
		if p.Is(`document.activeElement.dataset.number === "1"`) {
			break
		}
		p.Type("\t")
	}
	p.Type("\r")
	p.Shows("#ticket-title", "1 号 · 待确认")
}
