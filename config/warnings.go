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
	if c.Telegram != nil {
		out = append(out, "[telegram]: this version cannot talk to Telegram yet; the channel stays off")
	}
	if c.WeChat != nil {
		out = append(out, "[wechat]: this version cannot talk to WeChat yet; the channel stays off")
	}
	if c.LLM != nil && c.LLM.Timeout > patience {
		out = append(out, fmt.Sprintf("[llm] timeout = %v: a message waits %v at most to be understood; what comes later is not heard", c.LLM.Timeout, patience))
	}
	for _, g := range c.Groups {
		if g.Channel != "webchat" {
			out = append(out, fmt.Sprintf("[[group]] %s: nothing is heard from the %s chat %q yet", g.Area, g.Channel, g.Chat))
		}
	}
	return out
}
