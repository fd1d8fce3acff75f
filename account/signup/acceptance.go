package signup

import (
	"context"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
)

// Owed is what a person has to declare or accept before anything else works (R4, R33).
type Owed struct {
	Adult bool // to declare that they are an adult; the switchboard cannot do so for them
	Texts []legal.Text
}

// nothing reports whether nothing is owed.
func (o Owed) nothing() bool { return !o.Adult && len(o.Texts) == 0 }

// Shown identifies the texts in the form, so that nobody accepts a version that came into
// force after their page was rendered.
func (o Owed) Shown() string { return shown(o.Texts) }

func shown(texts []legal.Text) string {
	var names []string
	for _, t := range texts {
		names = append(names, string(t.Kind)+"-"+t.Version)
	}
	return strings.Join(names, " ")
}

// Owed returns what the viewer has to declare or accept now.
func (s *Service) Owed(ctx context.Context, v *viewer.Viewer) (Owed, error) {
	return s.owed(ctx, s.db.Pool, v, s.db.Now())
}

// owed returns nothing for staff, who are not party to the terms.
func (s *Service) owed(ctx context.Context, q postgres.Querier, v *viewer.Viewer, now time.Time) (Owed, error) {
	if v.Role != viewer.Beneficiary {
		return Owed{}, nil
	}
	adult, err := people.ReadAdultOwed(ctx, q, v.ID)
	if err != nil {
		return Owed{}, err
	}
	texts, err := s.legal.Due(ctx, q, v.ID, now)
	return Owed{Adult: adult, Texts: texts}, err
}

// Acceptance is what a person declares and accepts: the wording beside each box that they
// ticked, empty for a box that the form did not have.
type Acceptance struct {
	Declaration string
	Wording     string
	Shown       string // Owed.Shown of their page; empty when it named no texts
}

var errOtherTexts = fault.New(fault.Conflict, "Un texte plus récent vient d’entrer en vigueur. Lisez ce qui change, puis dites-nous si vous l’acceptez.")

// Accept saves the viewer's acceptance of the texts in force, with its time and wording,
// and the declaration if it is owed. It fails with Invalid, and saves nothing, when one of
// them is missing, and with Conflict when other texts are in force than the person saw.
func (s *Service) Accept(ctx context.Context, v *viewer.Viewer, said Acceptance) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		owed, err := s.owed(ctx, tx, v, tx.Now)
		switch {
		case err != nil:
			return err
		case owed.nothing():
			return nil
		case said.Shown != "" && said.Shown != owed.Shown():
			return errOtherTexts
		case len(owed.Texts) > 0 && said.Wording == "" || owed.Adult && said.Declaration == "":
			return fault.New(fault.Invalid, "Il faut cocher les cases pour continuer.")
		}
		if owed.Adult {
			if err := people.DeclareAdult(ctx, tx, v.ID); err != nil {
				return err
			}
		}
		return s.legal.AcceptThese(ctx, tx, v.ID, owed.Texts, strings.TrimSpace(said.Declaration+"\n"+said.Wording))
	})
}
