package people

import (
	"context"

	"socialdirect/internal/form"

	"github.com/google/uuid"
)

// Profile is what a person may change by themselves (R6).
type Profile struct {
	FirstName string
	LastName  string
	Mobile    string // E.164
	Zone      string // IANA name, one of Zones
}

// Zones are the zones a person may live in, as IANA names, with their names on pages.
var Zones = []form.Option{
	{Value: "Europe/Paris", Label: "France hexagonale et Corse"},
	{Value: "America/Guadeloupe", Label: "Guadeloupe, Saint-Martin, Saint-Barthélemy"},
	{Value: "America/Martinique", Label: "Martinique"},
	{Value: "America/Cayenne", Label: "Guyane"},
	{Value: "Indian/Reunion", Label: "La Réunion"},
	{Value: "Indian/Mayotte", Label: "Mayotte"},
	{Value: "America/Miquelon", Label: "Saint-Pierre-et-Miquelon"},
	{Value: "Pacific/Noumea", Label: "Nouvelle-Calédonie"},
	{Value: "Pacific/Tahiti", Label: "Polynésie française (Tahiti)"},
	{Value: "Pacific/Wallis", Label: "Wallis-et-Futuna"},
}

// ByIDs returns the accounts with the given IDs. An ID without an account is absent.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	return ReadAll(ctx, s.DB.Pool, ids)
}
