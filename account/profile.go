package account

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Profile is what a person may change by themselves (R6).
type Profile struct {
	FirstName string
	LastName  string
	Mobile    string // E.164
	Zone      string // IANA name, one of Zones
}

// Zones are the zones a person may live in, by how the page calls them.
var Zones = []struct{ Name, Label string }{
	{"Europe/Paris", "France hexagonale et Corse"},
	{"America/Guadeloupe", "Guadeloupe, Saint-Martin, Saint-Barthélemy"},
	{"America/Martinique", "Martinique"},
	{"America/Cayenne", "Guyane"},
	{"Indian/Reunion", "La Réunion"},
	{"Indian/Mayotte", "Mayotte"},
	{"America/Miquelon", "Saint-Pierre-et-Miquelon"},
	{"Pacific/Noumea", "Nouvelle-Calédonie"},
	{"Pacific/Tahiti", "Polynésie française (Tahiti)"},
	{"Pacific/Wallis", "Wallis-et-Futuna"},
}

// UpdateProfile saves the viewer's own profile.
func (s *Service) UpdateProfile(ctx context.Context, v *viewer.Viewer, p Profile) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := lockMobile(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if before.Number != p.Mobile { // a code that was sent to the other number proves nothing about this one
			if err := dropMobileChallenge(ctx, tx, v.ID); err != nil {
				return err
			}
		}
		return updateProfile(ctx, tx, v.ID, p)
	})
}

// People returns the accounts of the given ids; an id without one is absent.
func (s *Service) People(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	return readPeople(ctx, s.db.Pool, ids)
}
