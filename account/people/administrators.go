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

// Administrators returns the IDs of the active administrators, to notify each of them.
func (s *Service) Administrators(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	return readAdministrators(ctx, q)
}

// StillAdministrator fails with Forbidden unless the viewer is an active administrator, as
// read in the transaction.
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

// NameOf returns the name of one of the people, and a general word when it is not among
// them.
func NameOf(people map[uuid.UUID]Person, id uuid.UUID) string {
	if person, found := people[id]; found {
		return person.Name()
	}
	return "un compte qui n’existe plus"
}

// Archive seals a text about a person with the key of their archive instead of their own, which
// an erasure is about to destroy.
func (s *Service) Archive(ctx context.Context, tx postgres.Tx, person uuid.UUID, about string, sealed []byte) ([]byte, error) {
	text, err := s.Vault.Unseal(ctx, tx, person, about, sealed)
	if err != nil {
		return nil, err
	}
	return s.Vault.SealInArchive(ctx, tx, person, about, text)
}

// UnsealKept is Unseal for a text that may have been archived. It is empty once the archive was
// destroyed.
func (s *Service) UnsealKept(ctx context.Context, person uuid.UUID, about string, sealed []byte, archived bool) (string, error) {
	if !archived {
		return s.Unseal(ctx, person, about, sealed)
	}
	text, err := s.Vault.OpenArchive(ctx, s.DB.Pool, person, about, sealed)
	if errors.Is(err, vault.ErrNotArchived) {
		return "", nil
	}
	return string(text), err
}

// Unseal unseals a text about a person. It is empty once their key was destroyed.
func (s *Service) Unseal(ctx context.Context, person uuid.UUID, about string, sealed []byte) (string, error) {
	text, err := s.Vault.Unseal(ctx, s.DB.Pool, person, about, sealed)
	if errors.Is(err, vault.ErrDestroyed) {
		return "", nil
	}
	return string(text), err
}
