package messaging

import (
	"context"
	"errors"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Draft is a message being made: its documents are stored as they arrive, and
// nobody sees any of it until Send has committed.
type Draft struct {
	service   *Service
	viewer    *viewer.Viewer
	relation  appointment.Relation
	id        uuid.UUID // of the message
	documents []stored
	keys      []string // every object begun, kept or not
	sent      bool
}

// stored is a document that lies sealed in the object store.
type stored struct {
	Document
	sealedSize int64
	key        string
}

// Draft begins a message of v's in one of v's conversations. The caller calls
// Discard when it is done, whatever happened.
func (s *Service) Draft(ctx context.Context, v *viewer.Viewer, conversation uuid.UUID) (*Draft, error) {
	relation, err := s.relation(ctx, v, conversation)
	if err != nil {
		return nil, err
	}
	return &Draft{service: s, viewer: v, relation: relation, id: uuid.New()}, nil
}

// Conversation is where the message goes.
func (d *Draft) Conversation() uuid.UUID {
	return appointment.ConversationID(d.relation.BeneficiaryID, d.relation.SocialWorkerID)
}

// commitTimeout bounds the commit of a message.
const commitTimeout = 20 * time.Second

// Send commits the message with its documents, all or nothing, and tells the
// pages that are open. body, MaxBody characters at most, may be empty beside a
// document. It fails with Invalid when there is nothing to send. Once it has begun
// to commit, somebody who leaves is waited for no more: the message goes.
func (d *Draft) Send(ctx context.Context, body string) error {
	if body == "" && len(d.documents) == 0 {
		return errEmpty
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	err := d.service.db.InTurn(ctx, aboutConversation(d.Conversation()), func(tx postgres.Tx) error { return d.commit(ctx, tx, body) })
	if errors.Is(err, vault.ErrDestroyed) {
		return errClosed
	}
	if err != nil {
		return err
	}
	d.sent = true
	d.service.ring(d.relation)
	return nil
}

// aboutConversation names the turn in which the messages of a conversation are
// committed: a reader who has seen one has been able to see all before it.
func aboutConversation(conversation uuid.UUID) string { return "conversation/" + conversation.String() }

func (d *Draft) commit(ctx context.Context, tx postgres.Tx, body string) error {
	key, err := d.service.vault.Key(ctx, tx, d.relation.BeneficiaryID)
	if err != nil {
		return err
	}
	row := messageRow{ID: d.id, ConversationID: d.Conversation(), BeneficiaryID: d.relation.BeneficiaryID, AuthorID: d.viewer.ID, SentAt: tx.Now}
	if body != "" {
		row.SealedBody = key.Seal(aboutBody(d.id), []byte(body))
	}
	if err := insertMessage(ctx, tx, row); err != nil {
		return err
	}
	for i, doc := range d.documents {
		if err := insertDocument(ctx, tx, d.id, i, doc, key.Seal(aboutName(doc.ID), []byte(doc.Name))); err != nil {
			return err
		}
	}
	if err := d.claimUploads(ctx, tx); err != nil {
		return err
	}
	recipient, _ := other(d.relation, d.viewer)
	return d.service.notify(ctx, tx, row.ConversationID, recipient)
}

// claimUploads takes the notes of the stored objects away: from now on the
// documents answer for them. A note that is gone means that the sweep was there
// first, and its object with it.
func (d *Draft) claimUploads(ctx context.Context, tx postgres.Tx) error {
	keys := make([]string, len(d.documents))
	for i, doc := range d.documents {
		keys[i] = doc.key
	}
	taken, err := claimUploads(ctx, tx, keys)
	if err == nil && taken != len(keys) {
		err = fault.Wrap(fault.Unavailable, errSweptAway)
	}
	return err
}

// Discard removes what was stored for a message that was not sent, and nothing of
// one that was, even if Send could not learn of its commit. What it cannot remove
// now, the sweep removes later.
func (d *Draft) Discard(ctx context.Context) {
	if d.sent || len(d.keys) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	for _, key := range d.keys {
		d.service.removeUpload(ctx, key)
	}
}
