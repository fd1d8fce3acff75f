package account

import (
	"context"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/lookup"
	"socialdirect/account/passwordreset"
	"socialdirect/account/profile"
	"socialdirect/account/report"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/web"

	"github.com/google/uuid"
)

// PageParts are what NewHTTP needs.
type PageParts struct {
	Accounts *Service
	Render   *web.Renderer
	Secure   bool                                          // served over TLS: cookies carry the __Host- prefix (RFC 6265bis, 4.1.3.2)
	Coming   func(context.Context, uuid.UUID) (int, error) // how many appointments a person has to come
	Desk     func(context.Context) (signup.Tasks, error)   // what waits for the switchboard
}

// HTTP serves the pages of accounts.
type HTTP struct {
	Sessions       *session.HTTP
	Factors        *factor.HTTP
	Lookups        *lookup.HTTP
	SignUps        *signup.HTTP
	Reports        *report.HTTP
	PasswordResets *passwordreset.HTTP
	Decisions      *decision.HTTP
	Ages           *age.HTTP
	Profiles       *profile.HTTP

	accounts *Service
	render   *web.Renderer
	coming   func(context.Context, uuid.UUID) (int, error)
}

// NewHTTP returns the pages.
func NewHTTP(p PageParts) *HTTP {
	a := p.Accounts
	sessions := session.NewHTTP(a.Sessions, p.Render, p.Secure)
	return &HTTP{
		Sessions:       sessions,
		Factors:        factor.NewHTTP(a.Factors, sessions, p.Render),
		Lookups:        lookup.NewHTTP(a.Lookups, p.Render),
		SignUps:        signup.NewHTTP(signup.PageParts{SignUps: a.SignUps, Sessions: sessions, Render: p.Render, Tasks: p.Desk}),
		Reports:        report.NewHTTP(a.Reports, p.Render),
		PasswordResets: passwordreset.NewHTTP(a.PasswordResets, sessions, p.Render),
		Decisions:      decision.NewHTTP(a.Decisions, p.Render, p.Coming),
		Ages:           age.NewHTTP(a.Ages, p.Render),
		Profiles:       profile.NewHTTP(a.Profiles, a.Ages, p.Render),
		accounts:       a, render: p.Render, coming: p.Coming,
	}
}
