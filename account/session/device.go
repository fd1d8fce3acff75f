package session

import (
	"context"
	"strings"

	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/mileusna/useragent"
)

// Device is where somebody signs in from.
type Device struct {
	Place   string // its network address
	Words   string // its browser and system, as DeviceWords says them
	Shared  bool   // others use it too: its session is short, and it stays unknown
	Mark    string // the known device's cookie that it sent, if any
	Session string // the session cookie that it sent, if any
}

// MaxToken bounds a token that somebody sends.
const MaxToken = 100

// knownDevices is how many devices an account knows at most: the latest.
const knownDevices = 10

// Knows reports whether the account of that address has signed in from this
// device before.
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

// markKnown has the account know the device, under a new token in place of the
// one that it had.
func markKnown(ctx context.Context, tx postgres.Tx, id uuid.UUID, from Device) (mark string, err error) {
	if err := forgetDevice(ctx, tx, id, bearer.Hash(from.Mark)); err != nil {
		return "", err
	}
	mark, hash := bearer.New()
	return mark, insertKnown(ctx, tx, id, hash)
}

// browsers and systems are those that people know by name; a browser can call
// itself anything, and what is not here is not shown.
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

// maxUserAgent bounds what is read of a User-Agent header.
const maxUserAgent = 400

// DeviceWords says the browser and the system of a User-Agent header as people
// call them: "Firefox sur Windows". It is empty when neither is known.
func DeviceWords(userAgent string) string {
	parsed := useragent.Parse(userAgent[:min(len(userAgent), maxUserAgent)])
	browser, system := browsers[parsed.Name], systems[parsed.OS]
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
