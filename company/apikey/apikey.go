// Package apikey manages the keys with which a client's own systems list and create codes and
// read figures. A key belongs to the client: all its managers, and administrators, see and
// revoke it. It has the rights of the manager who created it, and ends with them. It is shown
// once, and only its hash is stored.
package apikey

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// Service creates, finds and revokes keys.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// prefix begins every key, so that secret scanners recognise a leaked key.
const prefix = "sd_"

// secretBytes is the length of a key's secret: 256 bits.
const secretBytes = 32

const (
	// MaxKeys is how many keys of a client may work at once.
	MaxKeys = 20
	// maxName is how many characters a key's name may have.
	maxName = 60
	// maxLifetime is how long a key may work.
	maxLifetime = 366 * 24 * time.Hour
)

// Key is a key of a client without its secret.
type Key struct {
	ID         uuid.UUID
	Name       string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedOn *time.Time // a day; nil if it was never used
}

// LastDay is the last day on which the key works.
func (t Key) LastDay() time.Time { return t.ExpiresAt.Add(-time.Second).In(zone.Paris()) }

var (
	// errTooMany says that a client has as many working keys as it may have.
	errTooMany = fault.New(fault.Invalid, "Votre entreprise a déjà vingt clés. Retirez-en une qui ne sert plus.")
	// errLifetime says that a key would have expired already, or work for too long.
	errLifetime = fault.New(fault.Invalid, "Choisissez un jour à venir, dans un an au plus.")

	errNoManager = fault.New(fault.Forbidden, "Votre compte ne permet plus de créer une clé.")
	errNoKey     = fault.New(fault.NotFound, "Cette clé n’existe pas, ou n’est pas à votre entreprise.")
	// errUnknown is the answer to every key that does not work, for whatever reason.
	errUnknown = fault.New(fault.Unauthenticated, "Cette clé est inconnue, expirée ou retirée.")
)

// Make creates a key of the viewer's own client and returns its secret, which is not stored. It
// fails with Forbidden when the viewer does not manage the client any more.
func (s *Service) Make(ctx context.Context, v *viewer.Viewer, name string, expires time.Time) (secret string, err error) {
	if err := viewer.RequireOwnClient(v); err != nil {
		return "", err
	}
	secret = newSecret()
	return secret, s.db.InTx(ctx, func(tx postgres.Tx) error {
		if !expires.After(tx.Now) || expires.After(tx.Now.Add(maxLifetime)) {
			return errLifetime
		}
		stands, err := lockMaker(ctx, tx, v)
		if err != nil {
			return err
		}
		if !stands {
			return errNoManager
		}
		working, err := lockKeys(ctx, tx, v.ClientID)
		if err != nil {
			return err
		}
		if working >= MaxKeys {
			return errTooMany
		}
		id := uuid.New()
		if err := insertKey(ctx, tx, v, Key{ID: id, Name: name, ExpiresAt: expires}, hashSecret(secret)); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "company.token_made", ObjectID: id})
	})
}

func newSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand
	return prefix + base64.RawURLEncoding.EncodeToString(raw)
}

// hashSecret uses a fast hash without salt, which is enough for a secret of 256 random bits.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Of lists the working keys of a client, latest first. The viewer must be an administrator or
// the client's manager.
func (s *Service) Of(ctx context.Context, v *viewer.Viewer, client uuid.UUID) ([]Key, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return nil, err
	}
	return readKeys(ctx, s.db.Pool, client, s.db.Now())
}

// revoke ends a key of a client at once. The viewer must be an administrator or the client's
// manager. It fails with NotFound for other keys, and for a revoked one.
func (s *Service) revoke(ctx context.Context, v *viewer.Viewer, client, id uuid.UUID) error {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		found, err := markRevoked(ctx, tx, client, id)
		if err != nil {
			return err
		}
		if !found {
			return errNoKey
		}
		return noteRevoked(ctx, tx, v, id)
	})
}

// RevokeMadeBy ends the keys that maker created, in the transaction in which v suspends,
// closes or erases the maker's account or changes its role.
func RevokeMadeBy(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, maker uuid.UUID) error {
	revoked, err := markRevokedOf(ctx, tx, maker)
	if err != nil {
		return err
	}
	for _, token := range revoked {
		if err := noteRevoked(ctx, tx, v, token.ID); err != nil {
			return err
		}
	}
	return nil
}

func noteRevoked(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) error {
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "company.token_revoked", ObjectID: id})
}

// Find returns the key of a secret, and a viewer with the rights of the manager who created
// it, limited to that client. It records the day of the use. It fails with Unauthenticated for
// a key that is unknown, expired or revoked, or whose maker no longer manages the client.
func (s *Service) Find(ctx context.Context, secret string) (token uuid.UUID, v *viewer.Viewer, err error) {
	if token, v, err = s.peek(ctx, secret); err != nil {
		return uuid.Nil, nil, err
	}
	return token, v, noteUse(ctx, s.db.Pool, token, s.db.Now())
}

// peek is Find without recording a use.
func (s *Service) peek(ctx context.Context, secret string) (uuid.UUID, *viewer.Viewer, error) {
	if !strings.HasPrefix(secret, prefix) || len(secret) != len(prefix)+base64.RawURLEncoding.EncodedLen(secretBytes) {
		return uuid.Nil, nil, errUnknown
	}
	row, err := readKey(ctx, s.db.Pool, hashSecret(secret), s.db.Now())
	if postgres.NoRows(err) {
		return uuid.Nil, nil, errUnknown
	}
	return row.ID, &viewer.Viewer{
		ID: row.CreatedBy, Role: viewer.ClientManager, Name: row.Name, ClientID: row.ClientID, Zone: zone.Paris(), Complete: true,
	}, err
}
