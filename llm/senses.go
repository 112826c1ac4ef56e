package llm

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"
)

// What hearing and seeing may take.
const (
	sensePatience = 20 * time.Second // one voice or picture, whole
	mostVoice     = 5 << 20          // bytes
	mostWords     = 500              // characters that are kept of what comes back
)

// Senses hear voice messages (听写) and look at pictures (看图) through models of
// the same backend. They have a bound and a breaker of their own, and count against
// the budgets of the model that reads. Nothing they give was said by a person.
type Senses struct {
	model   *Model
	client  *openai.Client
	hear    string // models; "": cannot
	see     string
	prompt  string
	breaker breaker
	ledger  ledger
}

// SenseOptions say which models hear and see.
type SenseOptions struct {
	Hear   string // speech to text; "": none
	See    string // vision; "": none
	Prompt string // what a picture is asked with
	Hourly int    // voices and pictures in any 60 minutes; 0: no bound
}

// Senses gives m's backend ears and eyes.
func (m *Model) Senses(o SenseOptions) *Senses {
	s := &Senses{model: m, hear: o.Hear, see: o.See, prompt: o.Prompt, ledger: ledger{hourly: o.Hourly}}
	c := openai.DefaultConfig(m.opt.APIKey)
	c.BaseURL = strings.TrimRight(m.opt.BaseURL, "/")
	c.HTTPClient = &http.Client{Transport: &wire{next: m.opt.Wire}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.client = openai.NewClientWithConfig(c)
	return s
}

// Hears says whether there is a model that writes down voices.
func (s *Senses) Hears() bool { return s != nil && s.hear != "" }

// Sees says whether there is a model that looks at pictures.
func (s *Senses) Sees() bool { return s != nil && s.see != "" }

// Hear writes down a voice message; "" when there is nothing to be heard. The
// error is a *Failure: Unfit for what cannot be sent at all.
func (s *Senses) Hear(ctx context.Context, audio []byte) (string, error) {
	name := soundName(audio)
	if !s.Hears() || name == "" || len(audio) > mostVoice {
		return "", &Failure{Cause: Unfit, Code: "not_a_voice"}
	}
	return s.sense(ctx, func(ctx context.Context) (string, error) {
		a, err := s.client.CreateTranscription(ctx, openai.AudioRequest{Model: s.hear, FilePath: name, Reader: bytes.NewReader(audio), Language: "zh"})
		if err != nil {
			return "", err
		}
		return heardNothing.ReplaceAllString(a.Text, ""), nil
	})
}

// See says in a sentence what a picture shows. Only the picture's own pixels
// leave: no place, no device, no time. The error is a *Failure.
func (s *Senses) See(ctx context.Context, picture []byte) (string, error) {
	small, err := plainPicture(picture)
	if !s.Sees() || err != nil {
		return "", &Failure{Cause: Unfit, Code: "not_a_picture"}
	}
	return s.sense(ctx, func(ctx context.Context) (string, error) {
		r := openai.ChatCompletionRequest{Model: s.see, Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, MultiContent: []openai.ChatMessagePart{
			{Type: openai.ChatMessagePartTypeText, Text: s.prompt},
			{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(small)}},
		}}}}
		a, err := s.client.CreateChatCompletion(ctx, r)
		if err != nil {
			return "", &answered{err: err, header: a.Header()}
		}
		s.model.ledger.charge(s.model.opt.Now(), a.Usage.PromptTokens, a.Usage.CompletionTokens)
		text, err := textOf(a)
		if err != nil {
			return "", err
		}
		if i := strings.LastIndex(text, "</think>"); i >= 0 {
			text = text[i+len("</think>"):]
		}
		if sawNothing.MatchString(text) {
			return "", nil
		}
		return NewMask().Hide(text), nil
	})
}

// sense asks once, if budgets and breaker let it; whoever asks tries again later.
func (s *Senses) sense(ctx context.Context, ask func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, sensePatience)
	defer cancel()
	if !s.breaker.enter(time.Now()) {
		return "", &Failure{Cause: Resting}
	}
	text, err := "", error(&Failure{Cause: Spent})
	if now := s.model.opt.Now(); s.ledger.spend(now) && s.model.ledger.spend(now) {
		s.model.count(func(s *State) { s.Calls++ })
		if text, err = ask(ctx); err != nil {
			err = failureOf(ctx, err)
		}
	}
	after := time.Duration(0)
	if f, ok := errors.AsType[*Failure](err); ok {
		after = f.After
	}
	s.breaker.leave(time.Now(), outcomeOf(err), after)
	if err != nil {
		return "", err
	}
	return tidy(text), nil
}

// tidy puts a text on one line and cuts it.
func tidy(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if utf8.RuneCountInString(text) > mostWords {
		text = string([]rune(text)[:mostWords-1]) + "…"
	}
	return text
}

// heardNothing finds what speech models say of silence: ends of films they have
// learnt from. sawNothing is a picture's "I cannot tell".
var (
	heardNothing = regexp.MustCompile(`(?i)(字幕(由|by|製作|制作|志愿者)[^。，,]{0,30}|请不吝点赞.{0,30}|(感谢|謝謝|谢谢)(您的)?(观看|收看|觀看)[。！!]?|明镜与点点栏目|amara\.org[^。]{0,20})`)
	sawNothing   = regexp.MustCompile(`^\s*[“"]?(看不清|无|没有)[”"]?[。.]?\s*$`)
)

// soundName names a sound by its first bytes, so that the backend knows what it
// gets; "" for what none takes.
func soundName(b []byte) string {
	for _, k := range []struct {
		at   int
		sign string
		name string
	}{{0, "OggS", "voice.ogg"}, {0, "RIFF", "voice.wav"}, {0, "ID3", "voice.mp3"}, {4, "ftyp", "voice.m4a"},
		{0, "fLaC", "voice.flac"}, {0, "\x1a\x45\xdf\xa3", "voice.webm"}, {0, "#!AMR", "voice.amr"}} {
		if len(b) > k.at && bytes.HasPrefix(b[k.at:], []byte(k.sign)) {
			return k.name
		}
	}
	if len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0 {
		return "voice.mp3"
	}
	return ""
}
