package webtest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// drawn is a picture in which the colours of of follow each other.
func drawn(t *testing.T, of []color.RGBA) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.SetRGBA(i%64, i/64, of[i%len(of)])
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureOfFewColoursStaysAsItWasAndOneOfManyComesNear(t *testing.T) {
	var many []color.RGBA
	for i := range 1024 {
		many = append(many, color.RGBA{200, uint8(i / 8), uint8(i % 8), 255}) //nolint:gosec // below 128
	}
	for name, c := range map[string]struct {
		of   []color.RGBA
		away int // of one channel, at most
	}{
		"three colours": {[]color.RGBA{{255, 255, 255, 255}, {12, 122, 77, 255}, {180, 30, 30, 255}}, 0},
		"a thousand":    {many, 128},
	} {
		t.Run(name, func(t *testing.T) {
			raw := drawn(t, c.of)
			got, err := small(raw)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			if p, ok := img.(*image.Paletted); !ok || len(p.Palette) != min(256, len(c.of)) {
				t.Errorf("%T is not of at most 256 colours", img)
			}
			for i := range 64 * 64 {
				now, was := colour(img.At(i%64, i/64)), c.of[i%len(c.of)]
				if d := max(int(now.R)-int(was.R), int(was.R)-int(now.R), int(now.G)-int(was.G), int(was.G)-int(now.G), int(now.B)-int(was.B), int(was.B)-int(now.B)); d > c.away {
					t.Fatalf("point %d is %v, was %v", i, now, was)
				}
			}
		})
	}
}
