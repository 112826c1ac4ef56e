package llm

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats that people post
	"image/jpeg"
	_ "image/png"
)

// How large a picture may be that is looked at, and how large it goes out.
const (
	mostPixels = 40_000_000
	widest     = 1024 // pixels, either way
)

// plainPicture draws a picture anew, small and as JPEG: whatever the file told
// beside its pixels (place, device, time, a thumbnail) stays here.
func plainPicture(b []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > mostPixels/size.Height {
		return nil, errors.New("reading a picture: it is too large")
	}
	from, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shrunk(from), &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("drawing a picture anew: %w", err)
	}
	return out.Bytes(), nil
}

// shrunk takes every n-th pixel.
func shrunk(from image.Image) image.Image {
	b := from.Bounds()
	n := max(1, (max(b.Dx(), b.Dy())+widest-1)/widest)
	to := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/n), max(1, b.Dy()/n)))
	for y := range to.Bounds().Dy() {
		for x := range to.Bounds().Dx() {
			to.Set(x, y, from.At(b.Min.X+x*n, b.Min.Y+y*n))
		}
	}
	return to
}
