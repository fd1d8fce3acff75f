// Package legal keeps the operator's terms and privacy policy as versioned
// texts, shows the one in force and the older ones, and records who accepted
// which version, when, and next to which words (R1, R33).
//
// A text is a draft until an administrator publishes it, now or for a future instant. From
// then on its words never change (the database refuses it). Until the instant comes, the
// publication can be withdrawn, and the text is a draft again. Each kind has one text in
// force, and at most one draft or version to come. No instance caches which text is in force:
// each asks the database, so that a version takes effect everywhere at once.
//
// Beneficiaries alone are party to the terms and accept each version. A new privacy policy, which
// they accepted once with their first terms, informs them and stops nobody. Staff work under a
// contract of their own: they are informed of texts that change after their account was opened.
//
// The platform ships short starting texts, marked as such.
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

// Kind is one of the two texts.
type Kind string

// The two texts a person accepts.
const (
	Terms   Kind = "terms"
	Privacy Kind = "privacy"
)

// kinds lists both.
var kinds = []Kind{Terms, Privacy}

// startingVersion is the version of the texts that the platform ships.
const startingVersion = "1"

// Text is one version of a text.
type Text struct {
	ID          uuid.UUID
	Kind        Kind
	Version     string
	Markdown    string
	Changes     string // what changed, in plain words
	Starting    bool   // one of the platform's own starting texts
	PublishedAt time.Time
	Revision    int // of a draft; each save increments it
}

// Draft reports whether the text has no date yet.
func (t Text) Draft() bool { return t.PublishedAt.IsZero() }

// Coming reports whether the text has a date in the future.
func (t Text) Coming(now time.Time) bool { return t.PublishedAt.After(now) }

//go:embed texts/terms.md texts/privacy.md
var starting embed.FS

// Service stores texts and acceptances.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// Install publishes the starting text of each kind that has no text yet.
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

// Version returns one published version, older ones included. Administrators also get the
// version to come. It fails with NotFound for other versions.
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

// versionPattern matches a version, a number counted from one.
var versionPattern = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)

// Versions lists the published versions, newest first, without their Markdown.
func (s *Service) Versions(ctx context.Context, kind Kind) ([]Text, error) {
	return readVersions(ctx, s.db.Pool, kind, s.db.Now())
}

// Due lists the texts in force at now that a beneficiary still has to accept. The SQL function
// texts_due implements the same rule for session queries.
func (s *Service) Due(ctx context.Context, q postgres.Querier, account uuid.UUID, now time.Time) ([]Text, error) {
	return readDue(ctx, q, account, now)
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

// Accept records that an account accepts both texts in force, with the wording next to the
// box, in the caller's transaction.
func (s *Service) Accept(ctx context.Context, tx postgres.Tx, account uuid.UUID, wording string) error {
	texts, err := s.Both(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	return s.AcceptThese(ctx, tx, account, texts, wording)
}

// AcceptThese records that an account accepts some texts, with the wording next to the box, in
// the caller's transaction.
func (s *Service) AcceptThese(ctx context.Context, tx postgres.Tx, account uuid.UUID, texts []Text, wording string) error {
	for _, text := range texts {
		if err := insertAcceptance(ctx, tx, account, text, wording); err != nil {
			return err
		}
	}
	return nil
}
