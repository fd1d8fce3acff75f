package report

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// allRows is more reports than there are about any person.
const allRows = 1_000_000

// Archive seals the reports about a person with the key of their archive, before an erasure
// destroys the person's own: they are the operator's evidence (R7).
func (s *Service) Archive(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	rows, err := readReportsAbout(ctx, tx, person, allRows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Archived {
			continue
		}
		sealed, err := s.People.Archive(ctx, tx, person, aboutReport(row.ID), row.SealedText)
		if err != nil {
			return err
		}
		if err := archiveText(ctx, tx, row.ID, sealed); err != nil {
			return err
		}
	}
	return nil
}

// Made lists the reports about an account without their texts, latest first. The caller has
// checked its viewer.
func (s *Service) Made(ctx context.Context, q postgres.Querier, id uuid.UUID) ([]Report, error) {
	rows, err := readReportsAbout(ctx, q, id, reportsShown)
	all := make([]Report, len(rows))
	for i, row := range rows {
		all[i] = Report{ID: row.ID, AccountID: row.AccountID, Kind: row.Kind, At: row.ReportedAt, HandledAt: row.HandledAt}
	}
	return all, err
}
