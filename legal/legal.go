// Package legal keeps the operator's terms and privacy policy as versioned
// texts, shows the one in force and the older ones, and records who accepted
// which version, when, and next to which words (R1, R33).
//
// A text is a draft until an administrator publishes it, now or for an instant to
// come. From then on its words never change (the database refuses it); until the
// instant comes the publication can be withdrawn, and is a draft again. Of each
// kind there is one text in force, and at most one that is a draft or to come. No
// instance remembers which is in force: each asks the database with the instant,
// so that a version takes effect everywhere at once.
//
// Who must accept: a person who consults accepts whatever is in force. Staff come
// in by invitation and work under a contract of their own: they are asked to
// accept what comes into force after their account was opened.
//
// The platform ships short texts of its own to start from, marked as such.
package legal

import (
	"context"
	"embed"
	"regexp"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Kind is which text.
type Kind string

// The two texts a person accepts.
const (
	Terms   Kind = "terms"
	Privacy Kind = "privacy"
)

// kinds are both.
var kinds = []Kind{Terms, Privacy}

// startingVersion is the version of the texts that the platform ships.
const startingVersion = "1"

// Text is one version of a text.
type Text struct {
	ID          uuid.UUID
	Kind        Kind
	Version     string
	Markdown    string
	Changes     string // what is new in it, in plain words
	Starting    bool   // one of the platform's own starting texts
	PublishedAt time.Time
	Revision    int // of a draft, one more each time it is saved
}

// Draft reports whether the text has no date yet.
func (t Text) Draft() bool { return t.PublishedAt.IsZero() }

// Coming reports whether the text has a date that has not come.
func (t Text) Coming(now time.Time) bool { return t.PublishedAt.After(now) }

//go:embed texts/terms.md texts/privacy.md
var starting embed.FS

// Service is the acts on texts.
type Service struct{ db *postgres.DB }

// New returns the acts on the given database.
func New(db *postgres.DB) *Service { return &Service{db} }

// Install publishes the starting texts where no text of their kind exists yet.
func (s *Service) Install(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, kind := range kinds {
			markdown, err := starting.ReadFile("texts/" + string(kind) + ".md")
			if err != nil {
				return err
			}
			if err := insertFirst(ctx, tx, Text{Kind: kind, Version: startingVersion, Markdown: string(markdown), Starting: true}); err != nil {
				return err
			}
		}
		return nil
	})
}

// InForce returns the text in force now.
func (s *Service) InForce(ctx context.Context, kind Kind) (Text, error) {
	return readInForce(ctx, s.db.Pool, kind, s.db.Now())
}

// Version returns one version, older ones included; to an administrator also the
// one to come. NotFound for one that is not published.
func (s *Service) Version(ctx context.Context, v *viewer.Viewer, kind Kind, version string) (Text, error) {
	if !versionPattern.MatchString(version) {
		return Text{}, fault.New(fault.NotFound, "")
	}
	text, err := readVersion(ctx, s.db.Pool, kind, version)
	if postgres.NoRows(err) {
		return Text{}, fault.Wrap(fault.NotFound, err)
	}
	if err == nil && (text.Draft() || text.Coming(s.db.Now()) && viewer.Require(v, viewer.Administrator) != nil) {
		return Text{}, fault.New(fault.NotFound, "")
	}
	return text, err
}

// versionPattern is what a version can be: a number, counted from one.
var versionPattern = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)

// Versions lists the published versions, the newest first, without their words.
func (s *Service) Versions(ctx context.Context, kind Kind) ([]Text, error) {
	return readVersions(ctx, s.db.Pool, kind, s.db.Now())
}

// Due lists the texts in force at an instant that an account still has to accept:
// those published after since. The database has the same question as a function,
// texts_due, for the look-up of a session.
func (s *Service) Due(ctx context.Context, q postgres.Querier, account uuid.UUID, since, now time.Time) ([]Text, error) {
	return readDue(ctx, q, account, since, now)
}

// Both returns the two texts in force at an instant, in the order of kinds.
func (s *Service) Both(ctx context.Context, q postgres.Querier, now time.Time) ([]Text, error) {
	texts := make([]Text, len(kinds))
	for i, kind := range kinds {
		var err error
		if texts[i], err = readInForce(ctx, q, kind, now); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// Accept records that an account accepts both texts in force, next to wording,
// in the transaction of the act that needs it.
func (s *Service) Accept(ctx context.Context, tx postgres.Tx, account uuid.UUID, wording string) error {
	texts, err := s.Both(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if err := insertAcceptance(ctx, tx, account, text, wording); err != nil {
			return err
		}
	}
	return nil
}
