package main

import (
	"context"
	"errors"

	"socialdirect/internal/clamd"
	"socialdirect/internal/health"
	"socialdirect/internal/postgres"
)

// parts are the components that /readyz checks and names. Without a vital one the platform is
// unavailable; without another, only its function is.
func (p *platform) parts(s settings) []health.Part {
	return []health.Part{
		{Name: "database", Vital: true, Check: p.databaseWrites},
		{Name: "schema", Vital: true, Check: p.schemaCurrent},
		{Name: "storage", Check: p.storageAnswers},
		{Name: "mail", Check: p.mailsLeave},
		{Name: "queue", Check: p.queueMoves},
		{Name: "scanner", Check: scannerAnswers(s.clamdAddr)},
		{Name: "relay", Check: p.relay.Ping},
	}
}

// databaseWrites reports whether the database answers and has disk space left.
func (p *platform) databaseWrites(ctx context.Context) error {
	err := p.db.Writes(ctx)
	if postgres.DiskFull(err) {
		return health.Called(health.Full, err)
	}
	return err
}

func (p *platform) schemaCurrent(ctx context.Context) error {
	current, err := p.db.Current(ctx)
	if err == nil && !current {
		err = errors.New("the schema is behind: run socialdirect migrate")
	}
	return err
}

func scannerAnswers(address string) func(context.Context) error {
	if address == "" {
		return func(context.Context) error { return health.ErrOff }
	}
	return clamd.New(address).Ping
}
