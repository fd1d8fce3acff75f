package report

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
)

// ReportKind is what a worker reports (R7).
type ReportKind string

// The two kinds.
const (
	Disrespect ReportKind = "disrespect"
	Dispute    ReportKind = "dispute"
)

// ReportKinds are all kinds.
var ReportKinds = []ReportKind{Disrespect, Dispute}

// Label returns the French words for the kind, or an empty string for an unknown kind.
func (k ReportKind) Label() string {
	switch k {
	case Disrespect:
		return "Un manque de respect"
	case Dispute:
		return "Un différend"
	}
	return ""
}

// MaxReport is the longest report in characters, and reportsEach how many reports one
// appointment may have.
const (
	MaxReport   = 2000
	reportsEach = 10
)

// NewReport is a report that a worker makes about a person.
type NewReport struct {
	AboutID       uuid.UUID // the person
	AppointmentID uuid.UUID // an appointment of the worker with the person
	Kind          ReportKind
	Text          string
}

// Report is a report as the administration reads it.
type Report struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Name      string // the person's
	Author    string
	Kind      ReportKind
	Text      string // empty once the person's archive was destroyed
	At        time.Time
	HandledAt *time.Time
	HandledBy string
}

var (
	errNotWorker   = fault.New(fault.Forbidden, "Seule une assistante sociale peut faire un signalement.")
	errReport      = fault.New(fault.Invalid, "Dites ce qui s’est passé.")
	errManyReports = fault.New(fault.Conflict, "Ce rendez-vous a déjà beaucoup de signalements. Appelez l’administration.")
)

// Report saves a worker's report in the caller's transaction and returns its ID. The
// caller has checked that the appointment is the viewer's with that person. It fails with
// Forbidden for other roles, Invalid for a text that is missing or too long, and Conflict
// when the appointment has too many reports or the person's account was erased.
func (s *Service) Report(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, r NewReport) (uuid.UUID, error) {
	text := strings.TrimSpace(r.Text)
	switch {
	case v == nil || v.Role != viewer.SocialWorker:
		return uuid.Nil, errNotWorker
	case r.Kind.Label() == "" || text == "" || len([]rune(text)) > MaxReport:
		return uuid.Nil, errReport
	}
	made, err := countReports(ctx, tx, r.AppointmentID)
	if err != nil {
		return uuid.Nil, err
	}
	if made >= reportsEach {
		return uuid.Nil, errManyReports
	}
	id := uuid.New()
	sealed, err := s.vault.Seal(ctx, tx, r.AboutID, aboutReport(id), []byte(text))
	if errors.Is(err, vault.ErrDestroyed) {
		return uuid.Nil, people.ErrErased
	}
	if err != nil {
		return uuid.Nil, err
	}
	if err := insertReport(ctx, tx, id, v.ID, r, sealed); err != nil {
		return uuid.Nil, err
	}
	return id, audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "report.made", SubjectID: r.AboutID, ObjectID: id})
}

func aboutReport(id uuid.UUID) string { return "account-report/" + id.String() }

// reportsShown is the maximum number of reports on one page.
const reportsShown = 50

// Reports lists the reports, open ones first. The viewer must be an administrator.
func (s *Service) Reports(ctx context.Context, v *viewer.Viewer) ([]Report, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	rows, err := readReports(ctx, s.db.Pool, reportsShown)
	if err != nil {
		return nil, err
	}
	return s.reports(ctx, rows)
}

// ReportsAbout lists the reports about one person, latest first. The viewer must be an
// administrator.
func (s *Service) ReportsAbout(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]Report, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	rows, err := readReportsAbout(ctx, s.db.Pool, id, reportsShown)
	if err != nil {
		return nil, err
	}
	return s.reports(ctx, rows)
}

func (s *Service) reports(ctx context.Context, rows []reportRow) ([]Report, error) {
	var ids []uuid.UUID
	for _, row := range rows {
		ids = append(ids, row.AccountID, row.AuthorID)
		if row.HandledBy != nil {
			ids = append(ids, *row.HandledBy)
		}
	}
	known, err := s.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := make([]Report, len(rows))
	for i, row := range rows {
		text, err := s.People.UnsealKept(ctx, row.AccountID, aboutReport(row.ID), row.SealedText, row.Archived)
		if err != nil {
			return nil, err
		}
		all[i] = Report{
			ID: row.ID, AccountID: row.AccountID, Name: people.NameOf(known, row.AccountID), Author: people.NameOf(known, row.AuthorID),
			Kind: row.Kind, Text: text, At: row.ReportedAt, HandledAt: row.HandledAt,
		}
		if row.HandledBy != nil {
			all[i].HandledBy = people.NameOf(known, *row.HandledBy)
		}
	}
	return all, nil
}

// MarkReport marks a report as handled, or as open again. Doing it twice has no further
// effect. The viewer must be an administrator. It fails with NotFound for an unknown
// report.
func (s *Service) MarkReport(ctx context.Context, v *viewer.Viewer, id uuid.UUID, handled bool) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	var by *uuid.UUID
	act := "report.reopened"
	if handled {
		by, act = &v.ID, "report.handled"
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillAdministrator(ctx, tx, v); err != nil {
			return err
		}
		about, changed, err := markReport(ctx, tx, id, by)
		if err != nil || !changed {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: about, ObjectID: id})
	})
}
