package session

import (
	"context"
	"strconv"
	"strings"

	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/mileusna/useragent"
)

// Device is the browser from which somebody signs in.
type Device struct {
	Place   string // network address
	Words   string // browser and system, as DeviceWords names them
	Shared  bool   // other people use it too: the session is short, and the device does not become known
	Mark    string // the cookie of a known device that it sent, if any
	Session string // the session cookie that it sent, if any
}

// MaxToken is the longest token in a request that is read, in characters.
const MaxToken = 100

// knownDevices is how many devices an account knows at most; the latest are kept.
const knownDevices = 10

// Knows reports whether the account with an e-mail address has signed in from this device
// before.
func (s *Service) Knows(ctx context.Context, email string, from Device) (bool, error) {
	if from.Mark == "" || len(from.Mark) > MaxToken {
		return false, nil
	}
	return readKnown(ctx, s.db.Pool, bearer.Hash(from.Mark), email, s.db.Now())
}

// knownTo reports whether an account has signed in from this device before.
func (s *Service) knownTo(ctx context.Context, q postgres.Querier, account uuid.UUID, from Device) (bool, error) {
	if from.Mark == "" || len(from.Mark) > MaxToken {
		return false, nil
	}
	return readKnownTo(ctx, q, bearer.Hash(from.Mark), account, s.db.Now())
}

// markKnown saves the device as known to the account and returns its new token, which
// replaces the one before.
func markKnown(ctx context.Context, tx postgres.Tx, id uuid.UUID, from Device) (mark string, err error) {
	if err := forgetDevice(ctx, tx, id, bearer.Hash(from.Mark)); err != nil {
		return "", err
	}
	mark, hash := bearer.New()
	return mark, insertKnown(ctx, tx, id, hash)
}

// browsers and systems are those that are shown. A User-Agent header can contain anything,
// so nothing else of it is shown.
var (
	browsers = map[string]string{
		useragent.Firefox: "Firefox", useragent.Chrome: "Chrome", useragent.HeadlessChrome: "Chrome", useragent.Safari: "Safari", useragent.MobileSafari: "Safari",
		useragent.Edge: "Edge", useragent.Opera: "Opera", useragent.OperaMini: "Opera", useragent.OperaTouch: "Opera", useragent.Vivaldi: "Vivaldi",
		useragent.SamsungBrowser: "Samsung Internet", useragent.InternetExplorer: "Internet Explorer",
	}
	systems = map[string]string{
		useragent.Windows: "Windows", useragent.MacOS: "Mac", useragent.Linux: "Linux", useragent.Android: "Android", useragent.ChromeOS: "ChromeOS",
	}
)

// maxUserAgent is how much of a User-Agent header is read.
const maxUserAgent = 400

// DeviceWords returns the browser and the system of a User-Agent header in words, as
// "Firefox sur Windows". It is empty when neither is known.
func DeviceWords(userAgent string) string {
	parsed := parsedAgent(userAgent)
	return onSystem(browsers[parsed.Name], parsed)
}

// BrowserWords is DeviceWords with the browser's version, as "Firefox 128 sur Windows".
func BrowserWords(userAgent string) string {
	parsed := parsedAgent(userAgent)
	browser := browsers[parsed.Name]
	if browser != "" && parsed.VersionNo.Major > 0 {
		browser += " " + strconv.Itoa(parsed.VersionNo.Major)
	}
	return onSystem(browser, parsed)
}

func parsedAgent(userAgent string) useragent.UserAgent {
	return useragent.Parse(userAgent[:min(len(userAgent), maxUserAgent)])
}

// onSystem returns a browser with the system on which it runs, in words.
func onSystem(browser string, parsed useragent.UserAgent) string {
	system := systems[parsed.OS]
	if parsed.OS == useragent.IOS {
		system = map[bool]string{true: "iPad", false: "iPhone"}[parsed.Tablet]
	}
	var words []string
	for _, word := range []string{browser, system} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " sur ")
}
