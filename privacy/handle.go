package privacy

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// How many requests one page shows.
const (
	openShown   = 200
	closedShown = 30
)

// Line is one request of the officer's list, with the name of the person who made it.
type Line struct {
	Request
	Name    string
	Overdue bool
}

// Requests lists the open requests, the earliest due first, and the latest closed ones. The
// viewer must be a data-protection officer.
func (s *Service) Requests(ctx context.Context, v *viewer.Viewer) (open, closed []Line, err error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return nil, nil, err
	}
	rows, err := readOpen(ctx, s.db.Pool, openShown)
	if err != nil {
		return nil, nil, err
	}
	if open, err = s.lines(ctx, rows); err != nil {
		return nil, nil, err
	}
	if rows, err = readClosed(ctx, s.db.Pool, closedShown); err != nil {
		return nil, nil, err
	}
	closed, err = s.lines(ctx, rows)
	return open, closed, err
}

// CountOverdue returns how many requests are late, so that the administration, which sees none
// of them, can warn the officer. The viewer must be an administrator.
func (s *Service) CountOverdue(ctx context.Context, v *viewer.Viewer) (int, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return 0, err
	}
	return countOverdue(ctx, s.db.Pool, day(s.db.Now()))
}

// lines adds the names: the account's owner, or else the name written in the request.
func (s *Service) lines(ctx context.Context, rows []requestRow) ([]Line, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.request().AccountID
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(rows))
	for i, row := range rows {
		r := row.request()
		lines[i] = Line{Request: r, Overdue: r.Overdue(s.db.Now())}
		if person, known := people[r.AccountID]; known {
			lines[i].Name = person.Name()
			continue
		}
		d, err := s.details(ctx, row)
		if err != nil {
			return nil, err
		}
		lines[i].Name = d.Name
	}
	return lines, nil
}

func (s *Service) details(ctx context.Context, row requestRow) (d Details, err error) {
	err = s.unsealJSON(ctx, s.db.Pool, row.ID, aboutDetails, row.SealedDetails, &d)
	return d, err
}

// Case is a request with everything that the officer needs to handle it.
type Case struct {
	Request
	Details Details
	Steps   []Step
	Account *people.Account // nil until the request is matched to an account
	Overdue bool
}

// Proved reports whether the person who made the request is known to read mail at the address
// they gave. Somebody who was signed in has proved it already.
func (c Case) Proved() bool { return c.Origin == FromAccount || c.ConfirmedAt != nil }

// Case returns one request. The viewer must be a data-protection officer. It fails with
// NotFound for an unknown request and for an unconfirmed one.
func (s *Service) Case(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Case, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Case{}, err
	}
	row, err := readRequest(ctx, s.db.Pool, id)
	if err != nil {
		return Case{}, err
	}
	c := Case{Request: row.request(), Overdue: row.request().Overdue(s.db.Now())}
	if c.State == Unconfirmed {
		return Case{}, errNotFound
	}
	if c.Details, err = s.details(ctx, row); err != nil {
		return Case{}, err
	}
	if c.Steps, err = s.steps(ctx, id); err != nil {
		return Case{}, err
	}
	if c.Matched() {
		found, err := s.accounts.People.Subject(ctx, v, c.AccountID)
		if err != nil {
			return Case{}, err
		}
		c.Account = &found
	}
	return c, nil
}

func (s *Service) steps(ctx context.Context, id uuid.UUID) ([]Step, error) {
	rows, err := readSteps(ctx, s.db.Pool, id)
	if err != nil {
		return nil, err
	}
	var authors []uuid.UUID
	for _, row := range rows {
		if row.AuthorID != nil {
			authors = append(authors, *row.AuthorID)
		}
	}
	people, err := s.accounts.People.ByIDs(ctx, authors)
	if err != nil {
		return nil, err
	}
	steps := make([]Step, len(rows))
	for i, row := range rows {
		steps[i] = Step{At: row.At, Act: row.Act}
		if row.AuthorID != nil {
			steps[i].Author = people[*row.AuthorID].Name()
		}
		if steps[i].Text, err = s.stepText(ctx, s.db.Pool, id, row); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

func (s *Service) stepText(ctx context.Context, q postgres.Querier, request uuid.UUID, row stepRow) (string, error) {
	if row.SealedText == nil {
		return "", nil
	}
	text, err := s.vault.Unseal(ctx, q, request, aboutStep(row.ID), row.SealedText)
	if errors.Is(err, vault.ErrDestroyed) {
		return "", nil
	}
	return string(text), err
}

// Written is a request that did not come through the pages: by letter, phone or mail.
type Written struct {
	Channel    Channel
	ReceivedOn time.Time // a date
	Details    Details
}

// Enter saves a request that was received in writing or by phone. Its term begins on the day
// on which it was received. The viewer must be a data-protection officer.
func (s *Service) Enter(ctx context.Context, v *viewer.Viewer, w Written) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return uuid.Nil, err
	}
	if w.Channel.Label() == "" || w.Details.Name == "" {
		return uuid.Nil, errWhose
	}
	id := uuid.New()
	return id, s.db.InTx(ctx, func(tx postgres.Tx) error {
		today := day(tx.Now)
		if w.ReceivedOn.After(today) || w.ReceivedOn.Before(today.AddDate(-1, 0, 0)) {
			return errReceived
		}
		r := Request{
			ID: id, Kind: Erasure, Origin: FromWriting, Channel: w.Channel, State: Open,
			ReceivedAt: noon(w.ReceivedOn), DueOn: monthsLater(w.ReceivedOn, 1),
		}
		if err := s.open(ctx, tx, r, w.Details, v.ID, stepEntered); err != nil {
			return err
		}
		return journal(ctx, tx, v.ID, "rights.entered", uuid.Nil, id)
	})
}

// noon returns an instant that is on the given date in every time zone of the platform.
func noon(date time.Time) time.Time { return date.Add(12 * time.Hour) }

// Match matches a request to an account. The account's owner is notified, so that they notice
// a request that somebody else made. The match can be corrected until the request is closed.
// The viewer must be a data-protection officer.
func (s *Service) Match(ctx context.Context, v *viewer.Viewer, id, subject uuid.UUID) error {
	found, err := s.accounts.People.Subject(ctx, v, subject)
	if err != nil {
		return err
	}
	if found.State == people.Erased {
		return errClosed
	}
	return s.handle(ctx, v, id, "rights.matched", func(tx postgres.Tx, r *Request) error {
		if r.Origin == FromAccount {
			return errClosed
		}
		if r.AccountID == subject {
			return nil
		}
		r.AccountID = subject
		if err := setSubject(ctx, tx, id, subject); err != nil {
			return err
		}
		if err := s.step(ctx, tx, id, v.ID, stepMatched, ""); err != nil {
			return err
		}
		return s.notify(ctx, tx, id, kindReceived)
	})
}

// Note records a step that was taken outside the platform. The viewer must be a
// data-protection officer.
func (s *Service) Note(ctx context.Context, v *viewer.Viewer, id uuid.UUID, text string) error {
	if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > maxText {
		return errText
	}
	return s.handle(ctx, v, id, "rights.noted", func(tx postgres.Tx, _ *Request) error {
		return s.step(ctx, tx, id, v.ID, stepNoted, text)
	})
}

// Refuse closes a request with a reason. The person is notified of the reason and of their
// right to complain. The viewer must be a data-protection officer.
func (s *Service) Refuse(ctx context.Context, v *viewer.Viewer, id uuid.UUID, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > MaxReason {
		return errText
	}
	return s.handle(ctx, v, id, "rights.refused", func(tx postgres.Tx, _ *Request) error {
		if err := closeRequest(ctx, tx, id, Refused); err != nil {
			return err
		}
		if err := s.step(ctx, tx, id, v.ID, stepRefused, reason); err != nil {
			return err
		}
		return s.notify(ctx, tx, id, kindRefused)
	})
}

// handle runs an act of the officer on an open request, which it locks, and journals the act
// in the same transaction.
func (s *Service) handle(ctx context.Context, v *viewer.Viewer, id uuid.UUID, name string, act func(postgres.Tx, *Request) error) error {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockRequest(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case r.State == Unconfirmed:
			return errNotFound
		case r.State != Open:
			return errClosed
		}
		if err := act(tx, &r); err != nil {
			return err
		}
		return journal(ctx, tx, v.ID, name, r.AccountID, id)
	})
}
