// Package webtest drives the pages with a real browser, headless Chromium, for
// the tests of the web chat, the board and the whole road.
package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// within bounds one test's whole time in the browser, and patience how long it
// waits for one thing: a loaded machine is slow and not wrong.
const (
	within   = 3 * time.Minute
	patience = 30 * time.Second
)

// names under which Chromium is installed.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Page is a page in a browser of its own. Its methods fail the test when the page
// does not do what was asked of it.
type Page struct {
	t       testing.TB
	ctx     context.Context
	closing atomic.Bool
}

// Open starts a browser with a window of width by height CSS pixels at url. A
// width of at most 480 behaves like a phone: touch, no hovering. Anything a
// script of the page throws, or that the page's policy forbids, fails the test.
func Open(t testing.TB, url string, width, height int64) *Page {
	t.Helper()
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts, chromedp.ExecPath(find(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("lang", "zh-CN"))
	ctx, cancel := context.WithTimeout(t.Context(), within)
	ctx, free := chromedp.NewExecAllocator(ctx, opts...)
	ctx, shut := chromedp.NewContext(ctx)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		p.closing.Store(true)
		_ = chromedp.Cancel(ctx) // waits until the browser is gone
		shut()
		free()
		cancel()
	})
	if err := chromedp.Listen(ctx, p.complaints); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	var device []chromedp.EmulateViewportOption
	if width <= 480 {
		device = append(device, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	p.do("opening "+url, chromedp.EmulateViewport(width, height, device...), chromedp.Navigate(url))
	return p
}

// complaints fails the test for what a script throws, and for what the page's
// policy forbids or the browser cannot load.
func (p *Page) complaints(ev any) {
	if p.closing.Load() {
		return
	}
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		p.t.Errorf("the page threw: %v", ev.ExceptionDetails)
	case *log.EventEntryAdded:
		if ev.Entry.Source == log.EntrySourceSecurity || strings.Contains(ev.Entry.Text, "Content Security Policy") {
			p.t.Errorf("the browser complains: %s", ev.Entry.Text)
		}
	}
}

// find gives the path of Chromium.
func find(t testing.TB) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("the browser tests need Chromium and a Chinese font: apt-get install chromium fonts-noto-cjk")
	return ""
}

func (p *Page) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// ask runs an action that gives something.
func ask[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, a)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Go opens another address in the same browser.
func (p *Page) Go(url string) {
	p.t.Helper()
	p.do("opening "+url, chromedp.Navigate(url))
}

// Click clicks the first element that the CSS selector finds once it is visible.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Until("visible: "+selector, `(() => { const e = document.querySelector(`+quote(selector)+`); return !!e && e.offsetParent !== null && !e.disabled; })()`)
	p.do("clicking "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Shift holds the shift key while typing.
var Shift = chromedp.KeyModifiers(chromedp.ModifierShift)

// Is reports whether the JavaScript expression is true now.
func (p *Page) Is(expression string) bool {
	p.t.Helper()
	return ask(p, "evaluating "+expression, chromedp.Evaluate[bool]("Boolean("+expression+")"))
}

// Type types into the element in focus, key by key; "\r" is Enter.
func (p *Page) Type(keys string, with ...chromedp.KeyOption) {
	p.t.Helper()
	p.do("typing", chromedp.KeyEvent(keys, with...))
}

// Fill sets the text of a field as somebody typing would.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.do("filling "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// File chooses a file for an input.
func (p *Page) File(selector, path string) {
	p.t.Helper()
	p.do("choosing a file", chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// Until waits until the JavaScript expression is true, and fails after half a
// minute.
func (p *Page) Until(what, expression string) {
	p.t.Helper()
	late := time.Now().Add(patience)
	for {
		if ask[bool](p, "looking whether "+what, chromedp.Evaluate[bool]("Boolean("+expression+")")) {
			return
		}
		if time.Now().After(late) {
			if os.Getenv("YOUSHI_SHOTS") != "" {
				p.Shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
			}
			p.t.Fatalf("the page never came to: %s\nit shows:\n%s", what, p.Text("body"))
		}
		time.Sleep(40 * time.Millisecond)
	}
}

// Shows waits until the element's visible text contains text.
func (p *Page) Shows(selector, text string) {
	p.t.Helper()
	p.Until(selector+" shows "+text, `[...document.querySelectorAll(`+quote(selector)+`)].some(e => e.getClientRects().length && e.innerText.includes(`+quote(text)+`))`)
}

// Hides waits until no element of the selector contains text any more.
func (p *Page) Hides(selector, text string) {
	p.t.Helper()
	p.Until(selector+" hides "+text, `![...document.querySelectorAll(`+quote(selector)+`)].some(e => e.getClientRects().length && e.innerText.includes(`+quote(text)+`))`)
}

// Text gives the visible text of the first element.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return ask(p, "reading "+selector, chromedp.Evaluate[string](`document.querySelector(`+quote(selector)+`)?.innerText ?? ""`))
}

// Run runs JavaScript in the page.
func (p *Page) Run(script string) {
	p.t.Helper()
	p.do("running a script", chromedp.Evaluate[chromedp.Void](script))
}

// Shot writes a picture of the page to $YOUSHI_SHOTS/<name>.png; without that
// variable it does nothing.
func (p *Page) Shot(name string) {
	p.t.Helper()
	dir := os.Getenv("YOUSHI_SHOTS")
	if dir == "" {
		return
	}
	png, err := small(ask(p, "taking a picture", chromedp.CaptureScreenshot()))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
