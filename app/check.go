package app

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"youshi/app/desk"
	"youshi/app/print"
	"youshi/config"
	"youshi/grid"
)

// Check prints what can be said about a site: its config, working time, store,
// language model and web page, one line each. The error counts what is wrong.
func Check(ctx context.Context, c config.Config, out io.Writer) error {
	k := print.NewFindings(out)
	k.OK("the config is understood; the data folder is %s", c.Data)
	site(c, k)
	holidays(c, time.Now().In(c.Timezone).Year(), k)
	err := desk.AskStore(ctx, c, desk.Ask{Command: "check"}, out)
	switch {
	case grid.CodeOf(err) == grid.NotFound:
		k.OK("there is no store in %s yet; youshi serve makes it", c.Data)
	case err != nil:
		k.Wrong("the store: %v", err)
	}
	modelReads(c, k)
	telegramAnswers(ctx, c, k)
	modelAnswers(ctx, c, k)
	webPage(ctx, c, k)
	return k.End()
}

// site says what the config holds that does not work (yet).
func site(c config.Config, k *print.Findings) {
	for _, w := range c.Warnings() {
		k.Warn("%s", w)
	}
	secrets := map[string]config.Secret{}
	if c.Telegram != nil {
		secrets["telegram.token"], secrets["telegram.webhook_secret"] = c.Telegram.Token, c.Telegram.WebhookSecret
	}
	if c.LLM != nil {
		secrets["llm.api_key"] = c.LLM.APIKey
	}
	for _, key := range slices.Sorted(maps.Keys(secrets)) {
		if s := secrets[key]; !s.IsZero() {
			if _, err := s.Open(); err != nil {
				k.Warn("%s: %v", key, err)
			}
		}
	}
	if _, err := newThinker(c, ClassifyChain, nil, slog.New(slog.DiscardHandler)); err != nil {
		k.Wrong("reading the site: %v; look at [rules] and [model] in the config", err)
	} else {
		k.OK("rules and local model can be read")
	}
}

// holidays says whether the days off of this year and the next are known.
func holidays(c config.Config, year int, k *print.Findings) {
	cal, err := newCalendar(c)
	if err != nil {
		k.Wrong("the calendar: %v", err)
		return
	}
	for _, y := range []int{year, year + 1} {
		switch {
		case cal.Announced(y):
			k.OK("the holidays of %d are known", y)
		case y == year:
			k.Wrong("the holidays of %d are not known, so weekends alone count as days off: put them into the file or folder of [service] holidays", y)
		default:
			k.Warn("the holidays of %d are not known yet: the State Council announces them in the autumn before; then update youshi or put them into [service] holidays", y)
		}
	}
}

// webPage asks the running program's web page how it is.
func webPage(ctx context.Context, c config.Config, k *print.Findings) {
	switch err := desk.Alone(ctx, c); {
	case err == nil:
		k.OK("no program runs on %s at the moment", c.Data)
		return
	case grid.CodeOf(err) != grid.Shut:
		k.Wrong("the admin socket: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Web.Addr+"/healthz", nil)
	if err != nil {
		k.Wrong("the web page: %v", err)
		return
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		k.Wrong("the web page on %s does not answer: %v; look into the log of the running program", c.Web.Addr, err)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 1000)) // the status says enough
		k.Wrong("the running program is not well: %s %s", answer.Status, strings.TrimSpace(string(said)))
		return
	}
	k.OK("the running program answers on %s", c.Web.Addr)
}
