package config

import (
	"fmt"
	"time"
)

// patience is how long a message may wait to be understood, from hearing.
const patience = 3 * time.Second

// Warnings says what in the config is right but does nothing in this version,
// one English sentence each. An operator reads them at the start.
func (c Config) Warnings() []string {
	var out []string
	if c.LLM != nil && c.LLM.Timeout > patience {
		out = append(out, fmt.Sprintf("[llm] timeout = %v: a message waits %v at most to be understood; what comes later is not heard", c.LLM.Timeout, patience))
	}
	for _, g := range c.Groups {
		if g.Channel == "telegram" && c.Telegram == nil {
			out = append(out, fmt.Sprintf("[[group]] %s: [telegram] is missing, so nothing is heard from the telegram chat %q", g.Area, g.Chat))
		}
		if g.Channel == "wechat" && c.WeChat == nil {
			out = append(out, fmt.Sprintf("[[group]] %s: [wechat] is missing, so nothing is heard from the wechat chat %q", g.Area, g.Chat))
		}
	}
	return out
}
