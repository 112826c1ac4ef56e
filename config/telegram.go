package config

import (
	"net/url"
	"slices"
	"strconv"
)

// officialServer is Telegram's own Bot API server.
const officialServer = "https://api.telegram.org"

// Telegram delivers to these ports alone, and only by https.
var webhookPorts = []string{"", "443", "80", "88", "8443"}

// standIns are the accounts behind which Telegram hides anonymous administrators,
// channels and forwarded posts: whoever speaks so is nobody.
var standIns = []int64{1087968824, 136817688, 777000}

func (r *reader) telegram(t Telegram) {
	r.present("telegram.token", t.Token)
	r.link("telegram.server_url", t.ServerURL, officialServer)
	one(r, "telegram.mode", t.Mode, []string{Polling, Webhook})
	if t.Mode != Webhook {
		return
	}
	const right = "https://youshi.example.org/telegram"
	r.link("telegram.webhook_url", t.WebhookURL, right)
	r.address("telegram.webhook_addr", t.WebhookAddr)
	r.present("telegram.webhook_secret", t.WebhookSecret)
	u, err := url.Parse(t.WebhookURL)
	if err == nil && t.ServerURL == officialServer && (u.Scheme != "https" || !slices.Contains(webhookPorts, u.Port())) && !r.found("telegram.webhook_url") {
		r.wrong("telegram.webhook_url", "Telegram delivers by https, to the ports 443, 80, 88 and 8443 alone; right would be %q", right)
	}
}

// telegramChat checks a group's id: Telegram's are negative numbers.
func (r *reader) telegramChat(key, chat string) {
	if n, err := strconv.ParseInt(chat, 10, 64); (err != nil || n >= 0) && !r.found(key) {
		r.wrong(key, `%q is no group of Telegram; right would be its id, a negative number such as "-1001234567890", which youshi serve logs when the bot is added`, chat)
	}
}

// telegramAccount checks a person's number.
func (r *reader) telegramAccount(key string, n int64) {
	switch {
	case n < 0:
		r.wrong(key, "%d is a group's number; right would be a person's, which is positive", n)
	case slices.Contains(standIns, n):
		r.wrong(key, "%d is the account behind which Telegram hides anonymous administrators and channels, so it is nobody; right would be the person's own number", n)
	}
}
