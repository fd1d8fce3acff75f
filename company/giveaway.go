package company

import (
	"time"

	"socialdirect/company/poster"
	"socialdirect/internal/zone"
)

// newPoster is the poster of one code; base is the platform's public address.
func newPoster(c Client, code Code, base, phone string, now time.Time) poster.Poster {
	last := code.LastDay()
	if zone.EndOf(c.EndsOn).Before(code.ExpiresAt) {
		last = c.EndsOn
	}
	return poster.Poster{
		Client: c.Name, Address: entrance(base, c.Slug), Code: code.Display(), LastDay: last,
		Modes: c.Modes, Phone: phone, Made: now,
	}
}

// entrance is the address of a client's co-branded page. A code never stands in it:
// addresses are kept by browsers and proxies.
func entrance(base, slug string) string { return base + "/c/" + slug }
