package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/web/webtest"
)

// aState is a week with a language model that rests and more reports than usual.
func aState(context.Context) (reports.ModelState, error) {
	until := now.Add(10 * time.Minute)
	rates := func(n, of, of2 int) reports.ClassRates {
		return reports.ClassRates{Precision: reports.Rate{N: n, Of: of}, Recall: reports.Rate{N: n, Of: of2}}
	}
	return reports.ModelState{
		Local: reports.LocalModel{File: "/srv/data/model.bin", Made: &until, Decisions: 312}, At: now,
		LLM: &reports.LLMState{Model: "qwen-plus", Resting: &until, Last: "timeout", Hour: 31, HourMax: 600, Day: 212, DayMax: 5000,
			PromptTokens: 800_000, CompletionTokens: 40_000, Cost: 0.8, CostMax: 5, Currency: "元", Priced: true},
		Reading: reports.Reading{Decided: 23, AsRead: 15, Merged: 2, Missed: 3, Matters: rates(19, 21, 22),
			Categories: map[grid.Category]reports.ClassRates{grid.Immediate: rates(10, 12, 11), grid.Pending: rates(5, 6, 6), grid.Escalate: {}},
			Urgencies:  map[grid.Urgency]reports.ClassRates{grid.Urgent: rates(6, 7, 8)}},
		Drift: reports.Drift{Messages: 2100, Before: 8300, Enough: true, Moved: true, Moves: []reports.Move{
			{What: "report", Now: 0.12, Then: 0.05, Noise: 0.03, Moved: true}, {What: "chatter", Now: 0.8, Then: 0.82, Noise: 0.04}, {What: "confidence", Now: 0.9, Then: 0.91, Noise: 0.02}}},
	}, nil
}

func TestTheBoardSaysHowMessagesAreUnderstood(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(func(o *Options) { o.Model = aState })+"/board", 1440, 900)
	p.Shows("#model-summary", "提出的诉求 90%（19/21） 属实，大模型停用，最近的消息和以前不一样")
	p.Click("#model-summary")
	p.Shows("#model-body", "本站训练，")
	p.Shows("#model-body", "学了 312 件")
	p.Shows("#model-body", "停用到")
	p.Shows("#model-body", "花费 0.80/5 元")
	p.Shows("#model-body", "漏掉后由人补上 3 件")
	p.Shows("#model-body", "明显升高")
	p.Shows("#model-body", "83%（10/12）")
	p.Shot("board-model")
}

func TestWithoutAnythingToTellTheBoardIsAsItWas(t *testing.T) {
	w := newTown(t)
	w.settle()
	p := webtest.Open(t, w.serve(nil)+"/board", 1280, 800)
	p.Shows("#column-proposed", "电梯故障")
	p.Until("nothing is told", `document.querySelector("#model").hidden`)
}

func TestWhatModelsCostIsForTheStaff(t *testing.T) {
	w := newTown(t)
	w.settle()
	url := w.serve(func(o *Options) {
		o.Model = aState
		o.Who = func(*http.Request) (string, bool, error) { return "桐桐妈妈", false, nil }
	})
	answer, err := http.Get(url + "/api/model")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var s reports.ModelState
	if json.Unmarshal(body, &s) != nil || s.Reading.Matters.Precision.Of != 21 || s.LLM == nil || s.LLM.Up {
		t.Errorf("got %s", body)
	}
	if strings.Contains(string(body), "/srv") || s.LLM.Cost != 0 || strings.Contains(string(body), "qwen") {
		t.Errorf("a resident reads %s", body)
	}
}

func TestATicketSaysWhyTheModelDidNotReadIt(t *testing.T) {
	w := newTown(t)
	w.settle()
	w.update(func(tx storage.Tx) error {
		tk, err := tx.Tickets().Get(2)
		if err != nil {
			return err
		}
		tk.By, tk.Unread = "local", "timeout"
		return tx.Tickets().Put(tk)
	})
	p := webtest.Open(t, w.serve(nil)+"/board#2", 1280, 800)
	p.Shows("#ticket", "本地模型（大模型没有读到：超时）")
	p.Shot("board-unread")
}
