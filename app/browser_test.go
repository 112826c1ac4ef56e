package app

import (
	"fmt"
	"testing"

	"youshi/web/webtest"
)

// become lets the page speak as somebody else.
func become(p *webtest.Page, who string) {
	if p.Text("#as b") == who {
		return
	}
	p.Click("#as")
	p.Shows("#people-list", who)
	p.Run(fmt.Sprintf(`[...document.querySelectorAll("#people-list button")].find(b => b.innerText.split(/\s/).includes(%q)).setAttribute("data-test", "who")`, who))
	p.Click(`[data-test=who]`)
	p.Shows("#as", who)
}

// A first visitor's minute, in a real browser: speak, see the card, press the
// button, see the ticket move.
func TestAVisitorSpeaksSeesTheCardPressesItAndSeesTheTicketMove(t *testing.T) {
	s := grid1(t, "")
	s.person("张大妈", "resident", "g1")
	s.say("g1", "陈小燕", "早上好")
	p := webtest.Open(t, s.url+"/", 1360, 850)
	p.Until("somebody speaks", `document.querySelector("#as b")`)
	become(p, "张大妈")
	p.Click(`[data-chat="g1"]`)
	p.Fill("#text", brokenLift)
	p.Type("\r")
	p.Shows(".line.own .bubble", "电梯又坏了")
	p.Shows(".card.ack", "1号")
	p.Shot("road-1-answered")

	become(p, "李敏")
	p.Click(`[data-chat="staff:g1"]`)
	p.Shows(".card.confirm", "待确认")
	p.Click(".card.confirm .buttons button")
	p.Shows("#log", "1号已立案")
	p.Shot("road-2-confirmed")
	if tk := s.ticket(1); tk["status"] != "open" {
		t.Errorf("after the button the ticket is %v", tk["status"])
	}

	p.Go(s.url + "/board")
	p.Shows("#column-open", "电梯又坏了")
	p.Click(`[data-number="1"]`)
	p.Shows("#ticket .steps", "李敏")
	p.Shows("#ticket .said", "老人下不了楼")
	p.Shot("road-3-board")
}
