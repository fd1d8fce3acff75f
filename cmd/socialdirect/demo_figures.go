package main

import (
	"context"
	"time"

	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// exampleFigures is how many people of the demo's first client were counted in each
// of the last months, the present one first: a made-up history, since a dozen example
// people would show nothing but small counts.
var exampleFigures = []struct {
	people int
	company.Figure
}{
	{24, company.AccountOpened},
	{31, company.BookedByMode("video")}, {18, company.BookedByMode("phone")}, {6, company.BookedByMode("in_person")},
	{22, company.BookedForReason("money")}, {17, company.BookedForReason("housing")}, {13, company.BookedForReason("family")},
	{11, company.BookedForReason("caregiving")}, {5, company.BookedForReason("disability")}, {3, company.BookedForReason("retirement")},
}

const exampleMonths = 8

// makeFigures gives the first client a history of figures.
func (d *demonstration) makeFigures(ctx context.Context, director *viewer.Viewer) error {
	clients, err := d.platform.companies.Clients(ctx, director)
	if err != nil {
		return err
	}
	for _, c := range clients {
		if c.Slug == exampleClients[0].Slug {
			return d.countMonths(ctx, c.ID)
		}
	}
	return nil
}

func (d *demonstration) countMonths(ctx context.Context, client uuid.UUID) error {
	now := d.now().UTC()
	for month := range exampleMonths {
		at := time.Date(now.Year(), now.Month()-time.Month(month), 1, 12, 0, 0, 0, time.UTC)
		err := d.platform.db.At(func() time.Time { return at }).InTx(ctx, func(tx postgres.Tx) error {
			for _, f := range exampleFigures {
				for range max(0, f.people-2*month+month*month%5) { // up and down, and growing
					if err := company.Count(ctx, tx, client, f.Figure); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
