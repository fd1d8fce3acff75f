// Package legal keeps the operator's terms and privacy policy as versioned
// texts, shows the one in force and the older ones, and records who accepted
// which version, when, and next to which words (R1, R33).
//
// The platform ships short texts of its own to start from, marked as such.
package legal

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/yuin/goldmark"
)

// Kind is which text.
type Kind string

// The two texts a person accepts.
const (
	Terms   Kind = "terms"
	Privacy Kind = "privacy"
)

// StartingVersion is the version of the texts that the platform ships.
const StartingVersion = "1"

// Text is one version of a text.
type Text struct {
	Kind        Kind
	Version     string
	Markdown    string
	Starting    bool // one of the platform's own starting texts
	PublishedAt time.Time
}

// HTML is the text as a page shows it. Markdown's raw HTML is left out.
func (t Text) HTML() (template.HTML, error) {
	var out bytes.Buffer
	if err := goldmark.Convert([]byte(t.Markdown), &out); err != nil {
		return "", fmt.Errorf("legal text %s %s: %w", t.Kind, t.Version, err)
	}
	return template.HTML(out.String()), nil
}

//go:embed texts/terms.md texts/privacy.md
var starting embed.FS

// Service is the acts on texts.
type Service struct{ db *postgres.DB }

// New returns the acts on the given database.
func New(db *postgres.DB) *Service { return &Service{db} }

// Install publishes the starting texts where no text of their kind exists yet.
func (s *Service) Install(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, kind := range []Kind{Terms, Privacy} {
			markdown, err := starting.ReadFile("texts/" + string(kind) + ".md")
			if err != nil {
				return err
			}
			if err := insertFirst(ctx, tx, Text{Kind: kind, Version: StartingVersion, Markdown: string(markdown), Starting: true}); err != nil {
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

// Version returns one version, older ones included; NotFound for one that is
// not published.
func (s *Service) Version(ctx context.Context, kind Kind, version string) (Text, error) {
	text, err := readVersion(ctx, s.db.Pool, kind, version, s.db.Now())
	if postgres.NoRows(err) {
		return Text{}, fault.Wrap(fault.NotFound, err)
	}
	return text, err
}

// Versions lists the published versions, the newest first, without their words.
func (s *Service) Versions(ctx context.Context, kind Kind) ([]Text, error) {
	return readVersions(ctx, s.db.Pool, kind, s.db.Now())
}

// Accept records that an account accepts both texts in force, next to wording,
// in the transaction of the act that needs it.
func (s *Service) Accept(ctx context.Context, tx postgres.Tx, account uuid.UUID, wording string) error {
	for _, kind := range []Kind{Terms, Privacy} {
		text, err := readInForce(ctx, tx, kind, tx.Now)
		if err != nil {
			return err
		}
		if err := insertAcceptance(ctx, tx, account, text, wording); err != nil {
			return err
		}
	}
	return nil
}
