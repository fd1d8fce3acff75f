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

// stanzaType is the type of the stanza with a file's wrapped key in an age header
// (age-encryption.org/v1, "recipient stanza").
const stanzaType = "socialdirect-person"

// SealStream returns a writer that encrypts what is written to it into w, with the person's
// key; about is as in Seal. Close ends the stream and leaves w open; a stream that was not
// closed cannot be opened.
func (v *Vault) SealStream(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, w io.Writer) (io.WriteCloser, error) {
	wrap, err := v.wrapper(ctx, q, person, about)
	if err != nil {
		return nil, err
	}
	return age.Encrypt(w, wrap)
}

// UnsealStreamAt opens what SealStream sealed for the same person and about. It returns the
// content, which can be read at any offset and concurrently, and its size in bytes. It fails
// if the stream was truncated; altered bytes fail here or when they are read.
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

// source marks its own errors, to distinguish a store that fails from a stream that was
// altered.
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

// wrapper wraps the random key of one stream with the person's key. It has both of age's
// roles: recipient when sealing, identity when opening.
type wrapper struct {
	aead       cipher.AEAD
	associated []byte
}

// Wrap implements age.Recipient.
func (w *wrapper) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanzaType, Body: seal(w.aead, w.associated, fileKey)}}, nil
}

// Unwrap implements age.Identity. It expects exactly one stanza, of stanzaType.
func (w *wrapper) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType {
		return nil, age.ErrIncorrectIdentity
	}
	return unseal(w.aead, w.associated, stanzas[0].Body)
}
