package vault

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"

	"socialdirect/internal/postgres"

	"filippo.io/age"
	"github.com/google/uuid"
)

// stanzaType names our way of wrapping a file's key in an age header
// (age-encryption.org/v1, "recipient stanza").
const stanzaType = "socialdirect-person"

// SealStream returns a writer that seals what it is given, piece by piece, into
// w with the person's key; about as in Seal. Close ends the stream and leaves w
// open; a stream that was not closed does not open.
func (v *Vault) SealStream(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, w io.Writer) (io.WriteCloser, error) {
	wrap, err := v.wrapper(ctx, q, person, about)
	if err != nil {
		return nil, err
	}
	return age.Encrypt(w, wrap)
}

// UnsealStreamAt opens what SealStream sealed for the same person and the same
// about, and returns its content, which may be read anywhere and concurrently,
// with its size in bytes. A cut stream fails here; altered bytes fail here or
// when they are read.
func (v *Vault) UnsealStreamAt(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, src io.ReaderAt, sealedSize int64) (io.ReaderAt, int64, error) {
	wrap, err := v.wrapper(ctx, q, person, about)
	if err != nil {
		return nil, 0, err
	}
	plain, size, err := age.DecryptReaderAt(source{src}, sealedSize, wrap)
	var failed *sourceError
	switch {
	case err == nil:
		return plain, size, nil
	case errors.As(err, &failed):
		return nil, 0, fmt.Errorf("vault: read sealed stream: %w", failed.error)
	default:
		return nil, 0, fmt.Errorf("%w: %w", ErrNotAuthentic, err)
	}
}

// source marks its own failures, so that a store that does not answer is told
// from a stream that was altered.
type source struct{ io.ReaderAt }

type sourceError struct{ error }

func (e *sourceError) Unwrap() error { return e.error }

func (s source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = &sourceError{err}
	}
	return n, err
}

func (v *Vault) wrapper(ctx context.Context, q postgres.Querier, person uuid.UUID, about string) (*wrapper, error) {
	aead, err := v.personal(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return &wrapper{aead: aead, associated: associated(purposeStream, person, about)}, nil
}

// wrapper wraps the random key of one stream by the person's key. It is both of
// age's roles: recipient when sealing, identity when opening.
type wrapper struct {
	aead       cipher.AEAD
	associated []byte
}

// Wrap is age.Recipient's.
func (w *wrapper) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanzaType, Body: seal(w.aead, w.associated, fileKey)}}, nil
}

// Unwrap is age.Identity's. Exactly one stanza is expected: ours.
func (w *wrapper) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType {
		return nil, age.ErrIncorrectIdentity
	}
	return unseal(w.aead, w.associated, stanzas[0].Body)
}
