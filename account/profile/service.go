// Package profile lets people change their own data: name, address, mobile number, and
// how they are notified.
//
//   - A new address replaces the old one only once a link that was sent to it is used (R6),
//     and no answer reveals whether an address is known (R5).
//   - SMS go only to numbers whose owner typed a code that was sent to them (R47).
package profile

import (
	"socialdirect/account/age"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Parts are what a service works with: its constructor's options.
type Parts struct {
	DB     *postgres.DB
	Limits *limit.Service
	People *people.Service
	Codes  *smscode.Service
	Outbox *outbox.Service
}

// Service is the acts of people on their own data.
type Service struct {
	db     *postgres.DB
	limits *limit.Service
	people *people.Service
	codes  *smscode.Service
	outbox *outbox.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, limits: p.Limits, people: p.People, codes: p.Codes, outbox: p.Outbox}
}

// HTTP is the pages of the profile.
type HTTP struct {
	profiles *Service
	ages     *age.Service
	render   *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(profiles *Service, ages *age.Service, render *web.Renderer) *HTTP {
	return &HTTP{profiles: profiles, ages: ages, render: render}
}
