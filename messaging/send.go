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

// Draft is a message in the making: its documents are stored as they arrive, but nobody sees
// it until Send has committed.
type Draft struct {
	service   *Service
	viewer    *viewer.Viewer
	relation  appointment.Relation
	id        uuid.UUID // of the message
	documents []stored
	keys      []string // every object whose upload began, kept or not
	sent      bool
}

// stored is a document whose sealed object is in the store.
type stored struct {
	Document
	sealedSize int64
	key        string
}

// Draft begins a message of v's in one of v's conversations. The caller must call Discard in
// the end, also after Send.
func (s *Service) Draft(ctx context.Context, v *viewer.Viewer, conversation uuid.UUID) (*Draft, error) {
	relation, err := s.relation(ctx, v, conversation)
	if err != nil {
		return nil, err
	}
	return &Draft{service: s, viewer: v, relation: relation, id: uuid.New()}, nil
}

// Conversation returns the conversation of the message.
func (d *Draft) Conversation() uuid.UUID {
	return appointment.ConversationID(d.relation.BeneficiaryID, d.relation.SocialWorkerID)
}

// commitTimeout bounds the commit of a message.
const commitTimeout = 20 * time.Second

// Send commits the message with its documents, all or nothing, and notifies open pages. body,
// at most MaxBody characters, may be empty if there is a document. It fails with Invalid if
// there is nothing to send. Cancelling ctx does not stop a commit that has begun.
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

// aboutConversation names the turn in which messages of a conversation are committed, one
// after the other, so that a reader who sees one message sees all earlier ones.
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

// claimUploads deletes the uploads rows of the stored objects, which from then on belong to
// the documents. A missing row means that the sweep has already removed the object.
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

// Discard removes the objects of a message that was not sent. It removes nothing of a sent
// one, even if Send could not learn whether its commit succeeded. The sweep later removes what
// Discard could not.
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
