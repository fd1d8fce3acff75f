package company

import (
	"time"

	"socialdirect/company/poster"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

// newPoster returns the poster of one code. base is the platform's public URL.
func newPoster(c Client, code Code, base string, phone web.Phone, now time.Time) poster.Poster {
	last := code.LastDay()
	if zone.EndOf(c.EndsOn).Before(code.ExpiresAt) {
		last = c.EndsOn
	}
	return poster.Poster{
		Client: c.Name, Address: entrance(base, c.Slug), Code: code.Display(), LastDay: last,
		Modes: c.Modes, Phone: phone.Display, Price: phone.Price, Hours: phone.When(), Made: now,
	}
}

// entrance returns the URL of a client's co-branded page. It does not contain the code, as
// browsers and proxies store URLs.
func entrance(base, slug string) string { return base + "/c/" + slug }
