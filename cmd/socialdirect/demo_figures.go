package main

import (
	"context"
	"time"

	"socialdirect/company/figures"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// exampleAccounts and the lines below make up a history of the demo's first client, since a
// dozen example people would show only noise: how many people opened an account in a month,
// and had an appointment in a year, by mode and by reason.
const exampleAccounts = 24

type exampleLine struct {
	line   string
	people int
}

var (
	exampleModes   = []exampleLine{{"video", 63}, {"phone", 41}, {"in_person", 12}}
	exampleReasons = []exampleLine{{"money", 38}, {"housing", 29}, {"family", 21}, {"caregiving", 14}, {"disability", 9}, {"retirement", 5}}
)

// exampleYears is the number of years of the clients' contracts so far, exampleMonths the
// number of months with new accounts, including the current one.
const (
	exampleYears  = 2
	exampleMonths = 13
)

// makeFigures creates the history of the first client's figures, and publishes it. The caller
// must have kept the round of figures from running since it created the client.
func (e examples) makeFigures(ctx context.Context, director *viewer.Viewer) error {
	clients, err := e.platform.companies.Clients(ctx, director)
	if err != nil {
		return err
	}
	for _, c := range clients {
		if c.Slug == exampleClients[0].Slug {
			if err := e.countHistory(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	return e.platform.countAndPublish(ctx)
}

func (e examples) countHistory(ctx context.Context, client uuid.UUID) error {
	now := e.now().UTC()
	for month := range exampleMonths {
		at := time.Date(now.Year(), now.Month()-time.Month(month), 1, 12, 0, 0, 0, time.UTC)
		people := max(0, exampleAccounts-month+month*month%5) // varies and grows
		if err := e.countAt(ctx, at, people, func(tx postgres.Tx, _ int) error { return figures.CountAccount(ctx, tx, client) }); err != nil {
			return err
		}
	}
	modes, reasons := eachOf(exampleModes), eachOf(exampleReasons)
	for year := range exampleYears {
		at := time.Date(now.Year()-year-1, 6, 1, 12, 0, 0, 0, time.UTC)
		err := e.countAt(ctx, at, len(modes), func(tx postgres.Tx, i int) error {
			return figures.CountHour(ctx, tx, client, at, modes[i], reasons[i])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// countAt counts that many people one after the other, at an instant.
func (e examples) countAt(ctx context.Context, at time.Time, people int, count func(postgres.Tx, int) error) error {
	return e.platform.db.At(func() time.Time { return at }).InTx(ctx, func(tx postgres.Tx) error {
		for i := range people {
			if err := count(tx, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachOf returns the line of each of the people.
func eachOf(lines []exampleLine) (each []string) {
	for _, l := range lines {
		for range l.people {
			each = append(each, l.line)
		}
	}
	return each
}
