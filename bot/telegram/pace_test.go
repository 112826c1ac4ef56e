package telegram

import (
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// Whatever is asked for and whenever: no chat, no group's minute and no second of
// all gets more than Telegram takes, and whoever waits as told gets the turn.
func TestThePaceIsNeverMoreThanTelegramTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC)
		begun := now
		p := newPace(now)
		said := map[int64][]time.Time{}
		var all []time.Time
		within := func(at []time.Time, d time.Duration) (n int) {
			for _, x := range at {
				if now.Sub(x) < d {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 200).Draw(t, "posts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "ms")) * time.Millisecond)
			chat := rapid.SampledFrom([]int64{-1, -2, -3, 7}).Draw(t, "chat")
			for tries := 0; ; tries++ {
				wait := p.wait(chat, now)
				if wait == 0 {
					break
				}
				if tries > 3 {
					t.Fatalf("told to wait %v again and again", wait)
				}
				now = now.Add(wait)
			}
			said[chat], all = append(said[chat], now), append(all, now)
			if within(said[chat], time.Second) > 1 {
				t.Fatalf("two posts within a second in chat %d", chat)
			}
			if n := within(said[chat], time.Minute); chat < 0 && n > 20 {
				t.Fatalf("%d posts within a minute in group %d", n, chat)
			}
			if n := within(all, time.Second); n > 30 {
				t.Fatalf("%d posts within a second in all", n)
			}
			if now.Sub(begun) < time.Second {
				t.Fatal("something was said in the first second of a life")
			}
		}
	})
}

func TestPartsAreWholeCharactersAndNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("汉a🏠\n "))).Draw(t, "text")
		most := rapid.IntRange(2, 20).Draw(t, "most")
		bare := func(s string) (n int) {
			for _, r := range s {
				if r != '\n' && r != ' ' {
					n++
				}
			}
			return n
		}
		left := 0
		for _, part := range split(text, most) {
			if n := len(utf16.Encode([]rune(part))); n == 0 || n > most {
				t.Fatalf("a part of %d units: %q", n, part)
			}
			left += bare(part)
		}
		if left != bare(text) {
			t.Fatalf("%d of %d characters are in the parts", left, bare(text))
		}
	})
}

func FuzzIDsAreReadAsTheyWereMade(f *testing.F) {
	f.Add(int64(-1001234567890), 5, "13")
	f.Fuzz(func(t *testing.T, chat int64, id int, group string) {
		if at, ok := parseID(messageID(chat, id)); ok != (id > 0) || ok && (at.chat != chat || at.id != id) {
			t.Errorf("%d %d is read as %+v %v", chat, id, at, ok)
		}
		parseID(albumID(chat, group)) // Telegram's groups are digits; others must not break anything
	})
}
