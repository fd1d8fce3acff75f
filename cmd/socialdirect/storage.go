package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/internal/blob"
)

const (
	// proofTimeout bounds how long a store that does not answer delays the start.
	proofTimeout = 5 * time.Second
	// proofPause is the pause between two checks of a store that was unavailable at the start.
	proofPause = 5 * time.Second
)

// errUnproven is the state of the storage before its check.
var errUnproven = errors.New("the object store was not checked yet")

// openStore checks the store before it is used. A store that returns something else than was
// stored is refused; an unavailable one is checked again until it answers, and only documents
// are unavailable meanwhile.
func (p *platform) openStore(ctx context.Context, s settings) (err error) {
	if p.store, err = blob.Open(ctx, s.store); err != nil {
		return err
	}
	switch err = p.prove(ctx); {
	case err == nil || errors.Is(err, blob.ErrUnfaithful) || ctx.Err() != nil:
		return err
	}
	p.store.Refuse(errUnproven)
	slog.Warn("documents are unavailable until the object store answers", "cause", err)
	trying, cancel := context.WithCancel(context.WithoutCancel(ctx))
	tried := make(chan struct{})
	go func() {
		defer close(tried)
		p.keepProving(trying)
	}()
	p.onStop(func(context.Context) error { cancel(); <-tried; return nil })
	return nil
}

// prove checks the store once.
func (p *platform) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	err := p.store.Prove(ctx)
	p.proven.Store(err == nil)
	return err
}

func (p *platform) keepProving(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(proofPause):
		}
		switch err := p.prove(ctx); {
		case err == nil:
			p.store.Trust()
			slog.Info("the object store answers")
			return
		case errors.Is(err, blob.ErrUnfaithful):
			slog.Error("documents stay unavailable", "cause", err)
			p.store.Refuse(err)
			return
		}
	}
}

// storageAnswers reports whether documents can be stored and read.
func (p *platform) storageAnswers(ctx context.Context) error {
	if err := p.store.Ping(ctx); err != nil {
		return err
	}
	if !p.proven.Load() {
		return errUnproven
	}
	return nil
}
