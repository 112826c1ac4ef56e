package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"youshi/app/print"
	"youshi/llm/llmtest"
)

func TestWhatTheModelSpentIsToldAfterARestart(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(`{"intent":"report","category":"immediate","urgency":"normal","topic":"facilities","location":null,"sensitive":false,"summary":null,"same_as":null,"confidence":0.9,"reason":""}`))
	c := withModel(s)
	c.Data = t.TempDir()
	c.LLM.PromptPrice, c.LLM.CompletionPrice, c.LLM.MaxCostPerDay, c.LLM.Currency = 1000, 5000, 0.1, "元"
	c.LLM.Timeout = 2 * time.Second
	start := func() *house {
		step, err := newAsked(c, ClassifyChain, time.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{asked: step, cfg: c, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		h.recallModel()
		return h
	}
	h := start()
	if err := h.asked.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := h.keepModel(stopped); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(pastOf(c)); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	l := start().llmState()
	if l.Up || l.Day != 1 || l.Cost != 0.2 || l.Currency != "元" {
		t.Errorf("after a restart: %+v", l)
	}
	var out bytes.Buffer
	modelReads(c, print.NewFindings(&out))
	if !strings.Contains(out.String(), "1 of 10000 in 24 hours, which cost 0.20 元 of 0.10: the budget is used up") || !strings.Contains(out.String(), "inside the program") {
		t.Errorf("check says %s", out.String())
	}
	if err := os.WriteFile(pastOf(c), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := start().llmState(); !l.Up || l.Day != 0 {
		t.Errorf("after a damaged past: %+v", l)
	}
}
