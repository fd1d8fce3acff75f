package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// stepLimit is the timeout of one step of a person; the machine may be busy.
const stepLimit = time.Minute

// browser is a real headless Chromium with one page; its camera shows a drawn face.
type browser struct {
	ctx    context.Context
	closes []func()
}

func newBrowser(ctx context.Context, camera string) (*browser, error) {
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.ExecPath(chromium()), chromedp.NoSandbox, chromedp.Env("LANGUAGE=fr"))
	for name, value := range map[string]any{
		"use-fake-device-for-media-stream": true, "use-fake-ui-for-media-stream": true, "use-file-for-fake-video-capture": camera,
		"autoplay-policy": "no-user-gesture-required", "allow-loopback-in-peer-connection": true,
		"disable-gpu": true, "disable-quic": true, "disable-background-networking": true,
		"disable-component-update": true, "disable-sync": true, "lang": "fr-FR",
	} {
		options = append(options, chromedp.Flag(name, value))
	}
	allocated, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	page, endPage := chromedp.NewContext(allocated)
	b := &browser{ctx: page, closes: []func(){endPage, endAllocator}}
	// The context of the first action is that of the page, so it has no timeout.
	return b, chromedp.Do(page, chromedp.Navigate("about:blank"))
}

func chromium() string {
	for _, path := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return "google-chrome"
}

// tab opens another page in the same browser.
func (b *browser) tab() (*browser, error) {
	page, end := chromedp.NewContext(b.ctx)
	return &browser{ctx: page, closes: []func(){end}}, chromedp.Do(page, chromedp.Navigate("about:blank"))
}

func (b *browser) close() {
	for _, end := range b.closes {
		end()
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, stepLimit)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func ask[T any](b *browser, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, stepLimit)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// signIn signs somebody in, with the second factor if required.
func (b *browser) signIn(base string, who account) error {
	submit := chromedp.CSS(`main form button:not([type="button"])`)
	if err := b.do(
		chromedp.Navigate(base+"/connexion"),
		chromedp.SendKeys(chromedp.CSS(`[name="email"]`), who.Email),
		chromedp.SendKeys(chromedp.CSS(`[name="password"]`), who.Password),
		chromedp.Click(submit),
	); err != nil {
		return err
	}
	if who.TOTPSecret == "" {
		return b.settle()
	}
	code, err := totp.GenerateCode(who.TOTPSecret, time.Now())
	if err != nil {
		return err
	}
	if err := b.do(chromedp.SendKeys(chromedp.CSS(`[name="code"]`), code), chromedp.Click(submit)); err != nil {
		return err
	}
	return b.settle()
}

// settle waits until the page after the sign-in has loaded: opening another page earlier would
// abort it.
func (b *browser) settle() error {
	if err := b.do(chromedp.WaitReady(chromedp.CSS(`nav[aria-label="Principale"] a[aria-current]`))); err != nil {
		return err
	}
	_, err := ask(b, chromedp.PollFunction[bool](`() => document.readyState === 'complete'`))
	return err
}

// sees waits until the page shows an element.
func (b *browser) sees(selector string) error {
	if err := b.do(chromedp.WaitVisible(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("see %s: %w", selector, err)
	}
	return nil
}
