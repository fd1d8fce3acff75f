// Package apikey is the keys with which a client's own systems list and make codes and
// read figures, without anybody's password. A key is the client's: every manager of the
// client sees and revokes it, and so does an administrator. It has its maker's rights,
// and ends with them. It is shown once, and only its hash is kept.
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

// Service is the acts on keys.
type Service struct{ db *postgres.DB }

// New returns the acts on the given database.
func New(db *postgres.DB) *Service { return &Service{db} }

// prefix begins every key, so that it is recognised where it should not be.
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

// Key is a key of a client, as it is listed: without its secret.
type Key struct {
	ID         uuid.UUID
	Name       string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedOn *time.Time // a day; nil where it was never used
}

// LastDay is the last day on which the key works.
func (t Key) LastDay() time.Time { return t.ExpiresAt.Add(-time.Second).In(zone.Paris()) }

var (
	// errTooMany says that a client has as many working keys as it may have.
	errTooMany = fault.New(fault.Invalid, "Votre entreprise a déjà vingt clés. Retirez-en une qui ne sert plus.")
	// errLifetime says that a key would never work, or work for too long.
	errLifetime = fault.New(fault.Invalid, "Choisissez un jour à venir, dans un an au plus.")

	errNoManager = fault.New(fault.Forbidden, "Votre compte ne permet plus de créer une clé.")
	errNoKey     = fault.New(fault.NotFound, "Cette clé n’existe pas, ou n’est pas à votre entreprise.")
	// errUnknown is the one answer to a key that is none, or is one no more.
	errUnknown = fault.New(fault.Unauthenticated, "Cette clé est inconnue, expirée ou retirée.")
)

// Make makes a key of the viewer's own client and returns its secret, which is
// told this once. Forbidden when the viewer's account was taken away meanwhile.
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
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return prefix + base64.RawURLEncoding.EncodeToString(raw)
}

// hashSecret needs no salt and no slowness: the secret is 256 random bits.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Of lists the working keys of a client, the latest first, for whoever works
// on it.
func (s *Service) Of(ctx context.Context, v *viewer.Viewer, client uuid.UUID) ([]Key, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return nil, err
	}
	return readKeys(ctx, s.db.Pool, client, s.db.Now())
}

// revoke ends a key of a client at once, by whoever works on it; NotFound for
// any other key, and for one that was revoked before.
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

// RevokeMadeBy ends the keys that somebody made, in the transaction in which v
// takes away the account that they have their rights from.
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

// Find finds for whom a system asks: somebody with the rights of the manager who
// made the key, for that client alone. Unauthenticated for a key that is unknown,
// altered, expired or revoked, or whose maker manages the client no more. Of its use, the day is kept.
func (s *Service) Find(ctx context.Context, secret string) (token uuid.UUID, v *viewer.Viewer, err error) {
	if token, v, err = s.peek(ctx, secret); err != nil {
		return uuid.Nil, nil, err
	}
	return token, v, noteUse(ctx, s.db.Pool, token, s.db.Now())
}

// peek is ByToken, and no use of the key.
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
