package config

import "fmt"

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
	if c.LLM != nil {
		out = append(out, "[llm]: this version cannot ask a language model yet; rules and the local model answer alone")
	}
	for _, g := range c.Groups {
		if g.Channel != "webchat" {
			out = append(out, fmt.Sprintf("[[group]] %s: nothing is heard from the %s chat %q yet", g.Area, g.Channel, g.Chat))
		}
	}
	return out
}
