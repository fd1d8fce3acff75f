package e2e

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// The widths at which pages are tested.
const (
	smallPhone = 320
	desktop    = 1280
)

// stepTimeout is the timeout of one step of a person; the machine may be busy.
const stepTimeout = 30 * time.Second

// sharedBrowser returns the Chromium that the tests share, with a fake camera. Whoever sits at it
// has a context of their own, without history; starting one for each test took more time than
// most tests.
func sharedBrowser(t *testing.T) context.Context {
	t.Helper()
	browser, err := theBrowser()
	if err != nil {
		t.Fatal(err)
	}
	return browser
}

// closeBrowser ends the shared Chromium, if there is one.
var closeBrowser = func() {}

var theBrowser = sync.OnceValues(func() (context.Context, error) {
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for name, value := range map[string]any{
		"use-fake-device-for-media-stream": true, "use-fake-ui-for-media-stream": true,
		"autoplay-policy": "no-user-gesture-required", "allow-loopback-in-peer-connection": true,
		"disable-gpu": true, "disable-quic": true, "disable-background-networking": true,
		"disable-component-update": true, "disable-sync": true, "lang": "fr-FR",
	} {
		options = append(options, chromedp.Flag(name, value))
	}
	options = append(options, chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(shared, "browser")))
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, endBrowser := chromedp.NewContext(allocated)
	closeBrowser = func() { endBrowser(); endAllocator() }
	return browser, chromedp.Do(browser, chromedp.Navigate("about:blank"))
})

func chromium() (path string, err error) {
	for _, path := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on this machine: make test installs it")
}

// person is somebody at a browser.
type person struct {
	t      *testing.T
	ctx    context.Context
	base   string
	width  int64
	script bool
	titles map[string]string // the pages that were looked at, by their titles
}

// sit opens a fresh browser context for somebody.
func sit(t *testing.T, browser context.Context, base string, width int64, script bool) *person {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	p := &person{t: t, ctx: ctx, base: base, width: width, script: script, titles: map[string]string{}}
	// The context of the first action is that of the page, so it has no timeout.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800)); err != nil {
		t.Fatal(err)
	}
	if !script {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.picture(what))
	}
}

// picture saves a screenshot of a failure, if requested.
func (p *person) picture(name string) string {
	dir := os.Getenv("SOCIALDIRECT_PICTURES")
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		return "(the page does not answer)"
	}
	if dir != "" {
		p.keep(filepath.Join(dir, fmt.Sprintf("%s-%d.png", slug(name), p.width)))
	}
	return text
}

func (p *person) keep(path string) {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		_ = os.WriteFile(path, png, 0o600) // best effort: only an aid
	}
}

func slug(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
}

// open opens a path of the platform and checks the page.
func (p *person) open(path string) {
	p.t.Helper()
	url := path
	if strings.HasPrefix(path, "/") {
		url = p.base + path
	}
	p.do("open "+path, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("main")))
	p.check()
}

// fill types into a field.
func (p *person) fill(name, value string) {
	p.t.Helper()
	field := chromedp.CSS(fmt.Sprintf(`[name=%q]`, name))
	if run(p, chromedp.Value(field)) != "" {
		p.do("empty "+name, chromedp.Clear(field))
	}
	p.do("fill "+name, chromedp.SendKeys(field, value))
}

// put sets a value that is not typed: a date, a time, a choice.
func (p *person) put(name, value string) {
	p.t.Helper()
	p.do("put "+name, chromedp.SetValue(chromedp.CSS(fmt.Sprintf(`[name=%q]`, name)), value))
}

// tick clicks a box or a choice.
func (p *person) tick(selector string) {
	p.t.Helper()
	p.do("tick "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// press clicks a button or a link by its text, once it is shown, and waits for the page after it.
func (p *person) press(words, then string) {
	p.t.Helper()
	target := chromedp.Search(`//main//*[self::button or self::a]` + saying(words))
	p.do("press "+words, chromedp.WaitVisible(target), chromedp.ScrollIntoView(target), chromedp.Click(target))
	p.sees(then)
	p.check()
}

// sees waits until the page contains the text.
func (p *person) sees(words string) {
	p.t.Helper()
	p.do("see "+words, chromedp.WaitReady(chromedp.Search(`//main`+saying(words))))
}

// saying is an XPath condition for an element with the text, whatever its spaces.
func saying(words string) string {
	return fmt.Sprintf(`[contains(normalize-space(translate(., "%s", " ")), "%s")]`, "\u00a0", words)
}

// arrives checks the path of the current page.
func (p *person) arrives(path string) {
	p.t.Helper()
	if got := strings.SplitN(strings.TrimPrefix(p.address(), p.base), "?", 2)[0]; got != path {
		p.t.Errorf("on %s, want %s", got, path)
	}
}

// mistake returns the message at a field.
func (p *person) mistake(name string) string {
	p.t.Helper()
	return run(p, chromedp.Text(chromedp.CSS("#"+name+"-error")))
}

func (p *person) address() string {
	p.t.Helper()
	return run(p, chromedp.Location())
}

func run[T any](p *person, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

func eval[T any](p *person, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// signIn signs somebody in, with the second factor if required.
func (p *person) signIn(who account, home string) {
	p.t.Helper()
	if who.TOTPSecret == "" {
		p.givePassword(who, home)
		return
	}
	p.givePassword(who, "code de votre téléphone")
	p.fill("code", code(p.t, who.TOTPSecret))
	p.press("Continuer", home)
}

func (p *person) givePassword(who account, then string) {
	p.t.Helper()
	p.open("/connexion")
	p.fill("email", who.Email)
	p.fill("password", who.Password)
	p.press("Se connecter", then)
}

// handedOut is the last one-time code of a secret that was handed out.
type handedOut struct {
	step int64
	at   time.Time
}

var (
	codesMu   sync.Mutex
	lastCodes = map[string]handedOut{}
)

// code returns a one-time code that was not used in this run.
func code(t *testing.T, secret string) (code string) {
	t.Helper()
	await(t, "a code that was not used", 2*time.Minute, func() bool {
		var err error
		if code, err = unused(secret); err != nil {
			t.Fatal(err)
		}
		return code != ""
	})
	return code
}

// Codes of thirty seconds (RFC 6238), and the time that whoever was handed one has to use it:
// the server refuses a code that is older than the last one it took.
const (
	step       = 30 * time.Second
	enoughTime = 6 * time.Second
)

// unused returns a one-time code that was not used in this run: the current one, or the next
// one, which is accepted too. There is none if both were used, or if the last one was handed
// out a moment ago.
func unused(secret string) (string, error) {
	codesMu.Lock()
	defer codesMu.Unlock()
	now := time.Now()
	last, current := lastCodes[secret], now.Unix()/int64(step.Seconds())
	next := max(current, last.step+1)
	if next > current+1 || now.Sub(last.at) < enoughTime {
		return "", nil
	}
	lastCodes[secret] = handedOut{next, now}
	return totp.GenerateCode(secret, time.Unix(next*int64(step.Seconds()), 0))
}

// clippedScript finds elements that clip their content without widening the page; elements for
// screen readers only are one pixel wide.
const clippedScript = `[...document.querySelectorAll('main *')]
	.filter(box => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'hidden')
	.map(box => box.outerHTML.slice(0, 300))`

// check checks a page as soon as it is there: nothing is clipped at this width, and the
// accessibility checker finds nothing.
func (p *person) check() {
	p.t.Helper()
	p.do("wait for the page", chromedp.WaitReady(chromedp.CSS("main"))) // another page may be loading
	if dir := os.Getenv("SOCIALDIRECT_PICTURES"); dir != "" {
		path := strings.Trim(strings.TrimPrefix(p.address(), p.base), "/")
		p.keep(filepath.Join(dir, fmt.Sprintf("%s-%d.png", slug("page "+strings.SplitN(path, "?", 2)[0]), p.width)))
	}
	if wide := eval[int64](p, `document.documentElement.scrollWidth`); wide > p.width {
		p.t.Errorf("%s is %d px wide at %d", p.address(), wide, p.width)
	}
	for _, html := range eval[[]string](p, clippedScript) {
		p.t.Errorf("%s at %d px cuts off: %s", p.address(), p.width, html)
	}
	if p.script {
		p.checkAccessibility()
	}
}

// resize changes the width of the window, as turning a phone does.
func (p *person) resize(width int64) {
	p.t.Helper()
	p.width = width
	p.do("resize", chromedp.EmulateViewport(width, 800))
}

// checkEveryWidth checks the page at the widths of a small phone and of a desktop.
func (p *person) checkEveryWidth() {
	p.t.Helper()
	before := p.width
	for _, width := range []int64{smallPhone, desktop} {
		if width != before {
			p.resize(width)
			p.check()
		}
	}
	p.resize(before)
}

// look opens pages, which must exist, and checks each at every width.
func (p *person) look(paths ...string) {
	p.t.Helper()
	for _, path := range paths {
		p.lookRefused(path, 200)
		p.titled()
	}
}

// titled checks that no other page that was looked at has the title of the current one.
func (p *person) titled() {
	p.t.Helper()
	title, page := eval[string](p, `document.title`), eval[string](p, `location.pathname`)
	if other, seen := p.titles[title]; seen && other != page {
		p.t.Errorf("%s and %s are both titled %q", other, page, title)
	}
	p.titles[title] = page
}

// lookRefused is look for a page with another status.
func (p *person) lookRefused(path string, status int) {
	p.t.Helper()
	p.open(path)
	if got := eval[int](p, `performance.getEntriesByType('navigation')[0].responseStatus`); got != status {
		p.t.Errorf("%s answers %d, want %d", path, got, status)
	}
	p.checkEveryWidth()
}

// leave signs out.
func (p *person) leave() {
	p.t.Helper()
	p.open("/profil")
	p.do("sign out", chromedp.Click(chromedp.CSS(`form[action="/deconnexion"] button`)))
	p.sees("Votre session est fermée")
}

var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	return string(source), err
})

type violation struct {
	ID    string
	Nodes []struct{ HTML, FailureSummary string }
}

// sound are the skeletons of pages, by width, that the accessibility checker has already seen,
// because many tests visit the same ones and it takes longer than most of their steps.
var sound sync.Map

// What differs between two visits of the same page, and means nothing to the checker: what is
// written between the tags, what fields and links lead to, and numbers in identifiers.
var (
	written  = regexp.MustCompile(`>[^<]*[^<\s][^<]*<`)
	targeted = regexp.MustCompile(` (value|href|action|content|datetime|nonce|src|title|data-[a-z-]+)="[^"]+"`)
	numbered = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+`)
)

// skeleton returns what the checker judges of a page: elements, classes, roles, states, and
// whether something is written.
func skeleton(html string) string {
	html = written.ReplaceAllString(html, ">…<")
	html = targeted.ReplaceAllString(html, ` $1="…"`)
	return numbered.ReplaceAllString(html, "0")
}

func (p *person) checkAccessibility() {
	p.t.Helper()
	text := ""
	for text == "" { // a loading page has no element for a moment
		text = eval[string](p, `document.documentElement?.outerHTML ?? ""`)
	}
	page := fmt.Sprint(p.width, skeleton(text))
	if _, seen := sound.LoadOrStore(page, true); seen {
		return
	}
	p.loadAxe()
	found := eval[[]violation](p, `axe.run(document, {resultTypes: ["violations"], preload: false}).then(r => r.violations.map(v => ({ID: v.id, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))})))`)
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("%s at %d px: %s: %s\n%s", p.address(), p.width, v.ID, n.HTML, n.FailureSummary)
		}
	}
}

// loadAxe puts the accessibility checker into the page, once.
func (p *person) loadAxe() {
	p.t.Helper()
	if eval[bool](p, `"axe" in window`) {
		return
	}
	source, err := axe()
	if err != nil {
		p.t.Fatal(err, "(make test installs it)")
	}
	p.do("load axe", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[chromedp.Void](source+";0")(ctx, target)
		return err
	}))
}

func TestASkeletonKeepsWhatTheCheckerJudges(t *testing.T) {
	t.Parallel()
	page := `<p class="note" id="n-12"><a href="/rendez-vous/998295e2-ecb2-4c9b-a739-842de255e32a">Le 3 mai</a><img alt="" src="/1.png"></p>`
	for name, other := range map[string]struct {
		html string
		same bool
	}{
		"another person":    {strings.NewReplacer("Le 3 mai", "Le 30 juin", "998295e2", "11111111", "n-12", "n-7", "1.png", "2.png").Replace(page), true},
		"an empty link":     {strings.Replace(page, "Le 3 mai", " ", 1), false},
		"a link to nowhere": {strings.Replace(page, ` href="/rendez-vous/998295e2-ecb2-4c9b-a739-842de255e32a"`, "", 1), false},
		"another class":     {strings.Replace(page, "note", "warning", 1), false},
		"no alternative":    {strings.Replace(page, `alt="" `, "", 1), false},
		"a label":           {strings.Replace(page, "<a ", `<a aria-label="" `, 1), false},
	} {
		if got := skeleton(page) == skeleton(other.html); got != other.same {
			t.Errorf("%s: the same %t, want %t", name, got, other.same)
		}
	}
}

// decodeBase64 decodes what a page returns in a data URL.
func decodeBase64(t *testing.T, text string) []byte {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
