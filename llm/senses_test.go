package llm_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"youshi/llm"
	"youshi/llm/llmtest"
)

// ogg is enough of a voice for a backend that does not listen.
var ogg = append([]byte("OggS"), bytes.Repeat([]byte{1, 2, 3}, 100)...)

// aPicture is a JPEG of that width with a comment like those that tell where a
// picture was taken.
func aPicture(t *testing.T, width int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, 30))
	for x := range width {
		m.Set(x, 3, color.RGBA{200, 10, 10, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	secret := "GPS 37.5,118.5"
	comment := append([]byte{0xff, 0xfe, 0, byte(len(secret) + 2)}, secret...)
	return append(append([]byte{0xff, 0xd8}, comment...), b.Bytes()[2:]...)
}

func senses(m *llm.Model, hourly int) *llm.Senses {
	return m.Senses(llm.SenseOptions{Hear: "whisper", See: "eyes", Prompt: "照片里是什么？", Hourly: hourly})
}

func TestAVoiceIsWrittenDown(t *testing.T) {
	s := llmtest.New(t, llmtest.Hears(" 三栋二单元的灯坏了\n字幕由Amara.org社区提供 "))
	m := model(s)
	got, err := senses(m, 5).Hear(t.Context(), ogg)
	if err != nil || got != "三栋二单元的灯坏了" {
		t.Fatalf("%q, %v", got, err)
	}
	q := s.Requests()[0]
	if !bytes.Equal(q.Sound, ogg) || q.File != "voice.ogg" || q.Body["model"] != "whisper" || q.Header.Get("Authorization") != "Bearer key" {
		t.Errorf("asked %s of %v", q.File, q.Body)
	}
	if m.State().Hour != 1 {
		t.Error("it is not counted")
	}
}

func TestAPictureGoesOutSmallAndWithoutWhatItHides(t *testing.T) {
	s := llmtest.New(t, llmtest.Says("<think>?</think>井盖缺了一角，旁边写着13812345678"))
	picture := aPicture(t, 3000)
	got, err := senses(model(s), 5).See(t.Context(), picture)
	if err != nil || !strings.HasPrefix(got, "井盖缺了一角") || strings.Contains(got, "138") {
		t.Fatalf("%q, %v", got, err)
	}
	last := s.Requests()[0].Messages[0]
	data, found := strings.CutPrefix(last.Picture, "data:image/jpeg;base64,")
	sent, err := base64.StdEncoding.DecodeString(data)
	if !found || err != nil || bytes.Contains(sent, []byte("GPS")) {
		t.Fatalf("%.60s, %v", last.Picture, err)
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(sent))
	if err != nil || size.Width > 1024 || size.Width < 500 {
		t.Errorf("it is %d wide, %v", size.Width, err)
	}
	if !strings.Contains(last.Content, "照片里是什么") {
		t.Errorf("asked %q", last.Content)
	}
}

func TestWhatIsNoVoiceOrPictureIsNotSent(t *testing.T) {
	s := llmtest.New(t, llmtest.Hears("x"))
	x := senses(model(s), 5)
	for name, b := range map[string][]byte{"nothing": nil, "a text": []byte("hello, this is text"), "silk": []byte("\x02#!SILK_V3"), "too large": append(bytes.Clone(ogg), make([]byte, 6<<20)...)} {
		if _, err := x.Hear(t.Context(), b); llm.CauseOf(err) != llm.Unfit {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{"nothing": nil, "a text": []byte("GIF89"), "half": aPicture(t, 100)[:90]} {
		if _, err := x.See(t.Context(), b); llm.CauseOf(err) != llm.Unfit {
			t.Errorf("%s: %v", name, err)
		}
	}
	none := model(s).Senses(llm.SenseOptions{})
	if _, err := none.Hear(t.Context(), ogg); err == nil || none.Hears() || none.Sees() || (*llm.Senses)(nil).Hears() {
		t.Error("it hears without a model")
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestSensesHaveTheirOwnBound(t *testing.T) {
	s := llmtest.New(t, llmtest.Hears("灯坏了"))
	x := senses(model(s), 2)
	for i := range 4 {
		_, err := x.Hear(t.Context(), ogg)
		if want := map[bool]llm.Cause{true: llm.Spent}[i >= 2]; llm.CauseOf(err) != want {
			t.Errorf("voice %d: %v", i, err)
		}
	}
}

func TestABackendThatCannotHearIsLeftAloneAndStillReads(t *testing.T) {
	for name, reply := range map[string]llmtest.Reply{
		"no such path": llmtest.Body(404, "404 page not found"), "fails": llmtest.Fails(500, "", "no"), "floods": llmtest.Floods(),
		"an error with 200": llmtest.Body(200, `{"error":{"message":"busy","code":"1305"}}`), "a page": llmtest.Body(502, "<html>"), "drops": llmtest.Drops(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t, reply)
			m := model(s)
			x := senses(m, 100)
			start := time.Now()
			for i := range 5 {
				if text, err := x.Hear(t.Context(), ogg); err == nil {
					t.Errorf("voice %d: %q", i, text)
				}
			}
			if n := len(s.Requests()); n > 3 || time.Since(start) > 5*time.Second {
				t.Errorf("%d requests in %v", n, time.Since(start))
			}
			s.Now(llmtest.Says(good))
			if _, err := m.Ask(t.Context(), question(fmt.Sprint("灯坏了", name))); err != nil {
				t.Errorf("it does not read any more: %v", err)
			}
		})
	}
}
