package messaging

import (
	"context"
	"errors"
	"io"
	"time"

	"socialdirect/internal/blob"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Download is a document opened for reading; Close ends it.
type Download struct {
	Document
	io.ReadSeeker // the decrypted content, read from the store on demand
	SentAt        time.Time
	object        *blob.Object
}

// Close closes the object in the store.
func (d *Download) Close() error { return d.object.Close() }

// Open opens a document of one of v's conversations. Reads fail once ctx ends. If the object
// was altered in the store, Open or a later read fails.
func (s *Service) Open(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (*Download, error) {
	row, err := readDocument(ctx, s.db.Pool, id)
	if postgres.NoRows(err) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, v, row); err != nil {
		return nil, err
	}
	d, err := s.open(ctx, row)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, errErased
	}
	return d, err
}

// mayOpen fails unless v takes part in the document's conversation, or in one with which it
// was shared.
func (s *Service) mayOpen(ctx context.Context, v *viewer.Viewer, row documentRow) error {
	elsewhere, err := readShownIn(ctx, s.db.Pool, row.ID)
	if err != nil {
		return err
	}
	for _, conversation := range append(elsewhere, row.ConversationID) {
		if _, err := s.relation(ctx, v, conversation); !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return errNoFile
}

func (s *Service) open(ctx context.Context, row documentRow) (*Download, error) {
	name, err := s.vault.Unseal(ctx, s.db.Pool, row.BeneficiaryID, aboutName(row.ID), row.SealedName)
	if err != nil {
		return nil, err
	}
	object, err := s.store.Open(ctx, row.ObjectKey, row.SealedSize)
	if err != nil {
		return nil, &fault.Fault{Code: fault.Unavailable, Message: "Ce document ne peut pas être ouvert pour le moment. Il n’est pas perdu\u00a0: réessayez dans quelques minutes.", Cause: err}
	}
	content, size, err := s.vault.UnsealStreamAt(ctx, s.db.Pool, row.BeneficiaryID, aboutDocument(row.ID), object, row.SealedSize)
	if err != nil {
		object.Close()
		return nil, err
	}
	return &Download{
		Document:   Document{ID: row.ID, Name: string(name), MediaType: row.MediaType, Size: size},
		ReadSeeker: io.NewSectionReader(content, 0, size),
		SentAt:     row.SentAt,
		object:     object,
	}, nil
}
