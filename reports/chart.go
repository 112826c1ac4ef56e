package reports

import (
	"embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"youshi/grid"
	"youshi/prompts"
)

// fonts holds one font: the 3755 most frequent characters, letters and signs.
//
//go:embed font/NotoSansSC-subset.otf
var fonts embed.FS

// The colours of the picture.
var (
	paper = color.RGBA{0xff, 0xfd, 0xfa, 0xff}
	ink   = color.RGBA{0x22, 0x20, 0x1c, 0xff}
	quiet = color.RGBA{0x66, 0x60, 0x4f, 0xff}
	rail  = color.RGBA{0xea, 0xe4, 0xd9, 0xff}
	good  = color.RGBA{0x0d, 0x7a, 0x4d, 0xff}
	warn  = color.RGBA{0xb3, 0x5c, 0x00, 0xff}
	bad   = color.RGBA{0xb3, 0x26, 0x1e, 0xff}
)

// Sizes of the picture in pixels.
const (
	wide   = 1080
	margin = 60
	large  = 52.0
	middle = 30.0
	small  = 24.0
)

// Chart draws the figures as a picture (PNG) that can be shown in a chat. No private
// matter is named in it.
func Chart(v *prompts.Voice, f Figures, out io.Writer) error {
	p, err := newPicture(v, f)
	if err != nil {
		return err
	}
	p.head(f)
	p.tiles(f)
	p.bars(f)
	p.rates(f)
	p.hot(f)
	if p.err != nil {
		return fmt.Errorf("drawing the figures: %w", p.err)
	}
	if err := png.Encode(out, p.img.SubImage(image.Rect(0, 0, wide, p.y+margin/2))); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

// picture is what is drawn so far; y is where the next line begins.
type picture struct {
	img   *image.RGBA
	faces map[float64]font.Face
	voice *prompts.Voice
	y     int
	err   error
}

func newPicture(v *prompts.Voice, f Figures) (*picture, error) {
	b, err := fonts.ReadFile("font/NotoSansSC-subset.otf")
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	parsed, err := opentype.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	p := &picture{voice: v, faces: map[float64]font.Face{}, y: margin}
	for _, size := range []float64{large, middle, small} {
		if p.faces[size], err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone}); err != nil {
			return nil, fmt.Errorf("reading the font: %w", err)
		}
	}
	p.img = image.NewRGBA(image.Rect(0, 0, wide, 1300+50*len(f.Shared())))
	p.fill(p.img.Bounds(), paper)
	return p, nil
}

func (p *picture) say(name string, data any) string {
	s, err := p.voice.Say(name, data)
	if err != nil && p.err == nil {
		p.err = err
	}
	return s
}

func (p *picture) fill(r image.Rectangle, c color.Color) {
	draw.Draw(p.img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// write puts a text with its upper left corner at x and y.
func (p *picture) write(x, y int, size float64, c color.Color, text string) {
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(c), Face: p.faces[size], Dot: fixed.P(x, y+int(size*0.9))}
	d.DrawString(text)
}

// fits cuts a text to a width.
func (p *picture) fits(text string, size float64, width int) string {
	r := []rune(text)
	for n := len(r); n > 0; n-- {
		s := string(r[:n])
		if n < len(r) {
			s += "…"
		}
		if font.MeasureString(p.faces[size], s).Ceil() <= width {
			return s
		}
	}
	return ""
}

func (p *picture) head(f Figures) {
	p.write(margin, p.y, middle+0, ink, p.fits(p.say("summary.title", f), middle, wide-2*margin))
	p.y += 60
}

// tiles are the five numbers that everybody asks for first.
func (p *picture) tiles(f Figures) {
	const n = 5
	w := (wide - 2*margin) / n
	for i, x := range []struct {
		key   string
		value int
		c     color.Color
	}{{"heard", f.Heard, ink}, {"found", f.Found, ink}, {"solved", f.Solved, good}, {"open", f.Open, ink}, {"overdue", f.Overdue, late(f.Overdue)}} {
		left := margin + i*w
		p.write(left, p.y, large, x.c, fmt.Sprint(x.value))
		p.write(left, p.y+70, small, quiet, p.say("figure."+x.key, nil))
	}
	p.y += 130
}

func late(n int) color.Color {
	if n > 0 {
		return bad
	}
	return ink
}

// bars show how many matters there were of each class, and how they came.
func (p *picture) bars(f Figures) {
	type bar struct {
		key string
		n   int
	}
	var all []bar
	for _, c := range grid.Categories() {
		all = append(all, bar{"found." + string(c), f.FoundByCategory[c]})
	}
	all = append(all, bar{"found.online", f.FoundBySource[grid.Online]}, bar{"found.offline", f.FoundBySource[grid.Offline]})
	most := 1
	for _, b := range all {
		most = max(most, b.n)
	}
	for _, b := range all {
		p.bar(p.say("figure."+b.key, nil), float64(b.n)/float64(most), fmt.Sprint(b.n), good)
	}
	p.y += 24
}

// rates show the shares: of nothing there is no bar.
func (p *picture) rates(f Figures) {
	for _, x := range []struct {
		key  string
		rate Rate
	}{{"on_time.confirm", f.OnTime["confirm"]}, {"on_time.accept", f.OnTime["accept"]}, {"on_time.resolve", f.OnTime["resolve"]},
		{"solved_rate", f.SolvedRate}, {"satisfaction", f.Satisfaction}, {"turnout", f.Turnout}} {
		if x.rate.Of == 0 {
			p.bar(p.say("figure."+x.key, nil), 0, "—", rail)
			continue
		}
		c := color.Color(good)
		if x.rate.Percent() < 60 {
			c = warn
		}
		p.bar(p.say("figure."+x.key, nil), float64(x.rate.N)/float64(x.rate.Of), fmt.Sprintf("%d%%  %d/%d", x.rate.Percent(), x.rate.N, x.rate.Of), c)
	}
	p.y += 24
}

// bar is one line: a name, a part of the whole width, and what it stands for.
func (p *picture) bar(name string, part float64, value string, c color.Color) {
	const from, to, high = 300, 820, 26
	p.write(margin, p.y, small, ink, p.fits(name, small, from-margin-10))
	p.fill(image.Rect(from, p.y, to, p.y+high), rail)
	p.fill(image.Rect(from, p.y, from+int(part*(to-from)), p.y+high), c)
	p.write(to+16, p.y, small, ink, value)
	p.y += 44
}

// hot names what most people have.
func (p *picture) hot(f Figures) {
	shared := f.Shared()
	if len(shared) == 0 {
		return
	}
	p.write(margin, p.y, small, quiet, p.say("sheet.hot", nil))
	p.y += 44
	for _, h := range shared {
		p.write(margin, p.y, small, ink, p.fits(p.say("chart.hot", h), small, wide-2*margin))
		p.y += 44
	}
}
