package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/chromedp/chromedp"
)

// The layout of a film, in CSS pixels of a phone's screen: a band with the step's title, the
// screen itself, and a band for the captions.
const (
	width, head, screen, foot = 360, 48, 600, 72
	height                    = head + screen + foot
	scale                     = 1.5
)

const (
	frameRate = 12
	still     = time.Second / frameRate
)

// director records one person's phone. The durations in the film are set, not measured, so
// that a busy machine produces the same film. After a failure it does nothing more; err is the
// failure.
type director struct {
	err    error
	demo   *demonstration
	phone  *browser
	studio *browser // draws titles
	dir    string
	band   image.Image // the title of the step
	shown  image.Image // the last picture
	frames []frame
	cues   []cue
	now    time.Duration
}

type frame struct {
	file string
	long time.Duration
}

// cue is a caption and its time.
type cue struct {
	from, to time.Duration
	words    string
}

func newDirector(ctx context.Context, demo *demonstration, dir string) (*director, error) {
	d := &director{demo: demo, dir: dir}
	camera, err := face(ctx, dir, "visitor", "#7a4b2a", "#2b211c", "#d08b5b")
	if err != nil {
		return nil, err
	}
	if d.phone, err = newBrowser(ctx, camera); err != nil {
		return nil, err
	}
	if d.studio, err = d.phone.tab(); err != nil {
		return nil, err
	}
	if err := d.studio.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)), chromedp.Navigate(demo.URL+"/")); err != nil {
		return nil, err
	}
	return d, d.phone.do(chromedp.EmulateViewport(width, screen, chromedp.EmulateScale(scale), chromedp.EmulateMobile))
}

func (d *director) close() {
	if d.phone != nil {
		d.phone.close()
	}
}

// try runs a step unless an earlier one has failed.
func (d *director) try(what string, step func() error) {
	if d.err != nil {
		return
	}
	if err := step(); err != nil {
		d.err = fmt.Errorf("%s: %w", what, err)
		d.keep()
	}
}

// keep saves a screenshot of the page on which a film failed.
func (d *director) keep() {
	if shot, err := ask(d.phone, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(os.TempDir(), "record-failed.png"), shot, 0o600) // best effort: only an aid
	}
}

// drawScript clears the studio's page and draws a title on it, in the fonts and colours of the
// service.
const drawScript = `(async (words, under, size, place) => {
	const box = document.createElement('div'), title = document.createElement('b'), line = document.createElement('span');
	title.textContent = words; line.textContent = under;
	box.style.cssText = 'position:fixed;inset:0;display:flex;flex-direction:column;gap:1rem;justify-content:' + place + ';padding:' + (place === 'center' ? '0' : '5rem') + ' 1.25rem;white-space:pre-line;background:#0e5a4c;color:#fff;font-size:' + size + ';line-height:1.15';
	line.style.cssText = 'font-size:1.1rem;color:#f2b277';
	box.append(title); if (under) box.append(line);
	document.body.replaceChildren(box);
	document.documentElement.style.overflow = 'hidden';
	await document.fonts.ready;
	await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
})(%q, %q, %q, %q)`

func (d *director) draw(words, under, size, place string, high int64) (drawn image.Image) {
	d.try("draw "+words, func() (err error) {
		script := fmt.Sprintf(drawScript, words, under, size, place)
		if err := d.studio.do(chromedp.EmulateViewport(width, high, chromedp.EmulateScale(scale))); err != nil {
			return err
		}
		if _, err := ask(d.studio, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise)); err != nil {
			return err
		}
		drawn, err = capture(d.studio)
		return err
	})
	return drawn
}

func capture(b *browser) (image.Image, error) {
	shot, err := ask(b, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(shot))
}

// card fills the picture with a title, high enough to leave the middle to a player's start
// button.
func (d *director) card(words, under string) {
	d.band = nil
	d.shown = d.draw(words, under, "2.3rem", "flex-start", height)
}

// step begins a step, whose title is shown above the screen from now on.
func (d *director) step(title string) {
	d.band = d.draw(title, "", "1.25rem", "center", head)
}

// open opens a page without recording it.
func (d *director) open(path string) {
	d.try("open "+path, func() error {
		return d.phone.do(chromedp.Navigate(d.demo.URL+path), chromedp.WaitReady(chromedp.CSS("main")))
	})
}

// sees waits until the page shows an element.
func (d *director) sees(selector string) {
	d.try("wait", func() error { return d.phone.sees(selector) })
}

// say shows a caption with the screen, for as long as it takes to read.
func (d *director) say(words string) {
	d.endCue()
	d.cues = append(d.cues, cue{from: d.now, words: words})
	d.look()
	d.hold(max(1500*time.Millisecond, time.Duration(utf8.RuneCountInString(words))*45*time.Millisecond))
}

// endCue ends the current caption.
func (d *director) endCue() {
	if last := len(d.cues) - 1; last >= 0 && d.cues[last].to == 0 {
		d.cues[last].to = d.now
	}
}

// look takes a picture of the screen.
func (d *director) look() {
	d.try("look", func() (err error) {
		d.shown, err = capture(d.phone)
		return err
	})
}

// hold keeps the picture for a whole number of frames.
func (d *director) hold(long time.Duration) {
	d.try("hold", func() error {
		file := filepath.Join(d.dir, fmt.Sprintf("%04d.png", len(d.frames)))
		d.frames = append(d.frames, frame{file, long.Round(still)})
		d.now += long.Round(still)
		return writePNG(file, d.compose())
	})
}

func (d *director) compose() image.Image {
	whole := image.NewRGBA(image.Rect(0, 0, width*scale, height*scale))
	if d.band == nil {
		draw.Draw(whole, whole.Bounds(), d.shown, d.shown.Bounds().Min, draw.Src)
		return whole
	}
	draw.Draw(whole, whole.Bounds(), image.NewUniform(color.RGBA{9, 63, 54, 255}), image.Point{}, draw.Src)
	draw.Draw(whole, image.Rect(0, 0, width*scale, head*scale), d.band, d.band.Bounds().Min, draw.Src)
	draw.Draw(whole, image.Rect(0, head*scale, width*scale, (head+screen)*scale), d.shown, d.shown.Bounds().Min, draw.Src)
	return whole
}

func writePNG(path string, picture image.Image) error {
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, picture); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o600)
}

// scroll scrolls the page smoothly until an element is in the middle of the screen.
func (d *director) scroll(selector string) {
	var way struct{ From, To float64 }
	d.try("find "+selector, func() (err error) {
		way, err = ask(d.phone, chromedp.Evaluate[struct{ From, To float64 }](fmt.Sprintf(`(box => {
			const most = document.documentElement.scrollHeight - innerHeight;
			return {From: scrollY, To: Math.max(0, Math.min(most, scrollY + box.top + box.height / 2 - innerHeight / 2))};
		})(document.querySelector(%q).getBoundingClientRect())`, selector)))
		return err
	})
	const steps = 10
	for i := 1; i <= steps && way.From != way.To; i++ {
		part := float64(i) / steps
		eased := part * part * (3 - 2*part)
		d.run(fmt.Sprintf(`scrollTo({top: %f, behavior: 'instant'})`, way.From+(way.To-way.From)*eased))
		d.look()
		d.hold(still)
	}
}

func (d *director) run(script string) {
	d.try("run", func() error {
		_, err := ask(d.phone, chromedp.Evaluate[chromedp.Void](script+";0"))
		return err
	})
}

// markScript shows the position of the finger, pressed or not.
const markScript = `(pressed => {
	const box = document.querySelector(%q).getBoundingClientRect();
	let mark = document.getElementById('finger');
	if (!mark) { mark = document.createElement('i'); mark.id = 'finger'; document.body.append(mark); }
	const size = pressed ? 34 : 52;
	mark.style.cssText = 'position:fixed;z-index:99;pointer-events:none;border-radius:50%%;border:3px solid #fff;box-shadow:0 0 0 2px #7a3d00;background:rgb(242 150 70 / .6);width:' + size + 'px;height:' + size + 'px;left:'
		+ (box.left + box.width / 2 - size / 2) + 'px;top:' + (box.top + box.height / 2 - size / 2) + 'px';
})(%v)`

// point shows the finger pressing an element, without clicking yet.
func (d *director) point(selector string) {
	d.scroll(selector)
	for _, press := range []struct {
		pressed bool
		long    time.Duration
	}{{false, 600 * time.Millisecond}, {true, 250 * time.Millisecond}} {
		d.run(fmt.Sprintf(markScript, selector, press.pressed))
		d.look()
		d.hold(press.long)
	}
	d.run(`document.getElementById('finger').remove()`)
}

// tap points at an element and clicks it; then shows that it worked.
func (d *director) tap(selector, then string) {
	d.point(selector)
	d.try("tap "+selector, func() error {
		at, err := ask(d.phone, chromedp.Evaluate[struct{ X, Y float64 }](fmt.Sprintf(`(box => ({X: box.left + box.width / 2, Y: box.top + box.height / 2}))(document.querySelector(%q).getBoundingClientRect())`, selector)))
		if err != nil {
			return err
		}
		return d.phone.do(chromedp.MouseClickXY(at.X, at.Y))
	})
	d.sees(then)
	d.look()
	d.hold(500 * time.Millisecond)
}

// write types into a field, a few letters at a time.
func (d *director) write(selector, words string) {
	d.point(selector)
	letters := []rune(words)
	for len(letters) > 0 {
		now := letters[:min(2, len(letters))]
		letters = letters[len(now):]
		d.try("write", func() error { return d.phone.do(chromedp.SendKeys(chromedp.CSS(selector), string(now))) })
		d.look()
		d.hold(2 * still)
	}
}

// choose selects the first option of a list, whose menu cannot be recorded.
func (d *director) choose(selector string) {
	d.point(selector)
	d.run(fmt.Sprintf(`document.querySelector(%q).selectedIndex = 1`, selector))
	d.look()
	d.hold(600 * time.Millisecond)
}
