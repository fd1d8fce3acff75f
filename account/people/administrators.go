package people

import (
	"context"
	"errors"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Administrators are those who act for the platform now: what happens to it is
// announced to each.
func (s *Service) Administrators(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	return readAdministrators(ctx, q)
}

// StillAdministrator fails unless the viewer's account, as it is in the
// transaction, may decide.
func StillAdministrator(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) error {
	person, err := Read(ctx, tx, v.ID)
	if fault.Is(err, fault.NotFound) {
		return viewer.Denied(viewer.Administrator)
	}
	if err == nil && (person.Role != viewer.Administrator || !person.Active) {
		return viewer.Denied(viewer.Administrator)
	}
	return err
}

// NameOf is the name of one of the people, whose account may be gone.
func NameOf(people map[uuid.UUID]Person, id uuid.UUID) string {
	if person, found := people[id]; found {
		return person.Name()
	}
	return "un compte qui n’existe plus"
}

// Unseal unseals a text about a person; it is empty once their key was destroyed.
func (s *Service) Unseal(ctx context.Context, person uuid.UUID, about string, sealed []byte) (string, error) {
	text, err := s.Vault.Unseal(ctx, s.DB.Pool, person, about, sealed)
	if errors.Is(err, vault.ErrDestroyed) {
		return "", nil
	}
	return string(text), err
}
