package account

import (
	"context"

	"socialdirect/account/factor"
	"socialdirect/account/lookup"
	"socialdirect/account/report"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the pages of this package.
type HTTP struct {
	Sessions *session.HTTP
	Factors  *factor.HTTP
	Lookups  *lookup.HTTP
	SignUps  *signup.HTTP
	Reports  *report.HTTP

	accounts *Service
	render   *web.Renderer
	secure   bool
	comingOf func(context.Context, uuid.UUID) (int, error) // see CountComing
}

// NewHTTP returns the pages. secure says that the platform is served over TLS:
// its cookies then carry the __Host- prefix (RFC 6265bis, 4.1.3.2).
func NewHTTP(accounts *Service, render *web.Renderer, secure bool) *HTTP {
	sessions := session.NewHTTP(accounts.Sessions, render, secure)
	return &HTTP{Sessions: sessions, Lookups: lookup.NewHTTP(accounts.Lookups, render), SignUps: signup.NewHTTP(accounts.SignUps, sessions, render), Reports: report.NewHTTP(accounts.Reports, render), Factors: factor.NewHTTP(accounts.Factors, sessions, render, secure), accounts: accounts, render: render, secure: secure}
}
