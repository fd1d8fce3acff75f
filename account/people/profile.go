package people

import (
	"context"

	"github.com/google/uuid"
)

// Profile is what a person may change by themselves (R6).
type Profile struct {
	FirstName string
	LastName  string
	Mobile    string // E.164
	Zone      string // IANA name, one of Zones
}

// Zones are the time zones that a person may choose, with their French labels.
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

// ByIDs returns the accounts with the given IDs. An ID without an account is absent.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	return ReadAll(ctx, s.DB.Pool, ids)
}
