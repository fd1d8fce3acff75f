package messaging

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// maxHanded is how many documents are shared at most, the latest ones.
const maxHanded = 50

// handedWords is the text of the message that shares documents.
const handedWords = "Je vous transmets les documents de mes échanges précédents."

// Handover shares a person's documents with another worker, if the person chose that. They
// stay the same documents, visible in both conversations.
type Handover struct{ messages *Service }

// NewHandover returns a Handover.
func NewHandover(messages *Service) Handover { return Handover{messages} }

// Count returns the number of documents in the conversation of two people.
func (h Handover) Count(ctx context.Context, person, worker uuid.UUID) (int, error) {
	return countDocuments(ctx, h.messages.db.Pool, appointment.ConversationID(person, worker))
}

// Hand shares the documents of the person's conversation with one worker with another, by
// a message of the person to the other; it does nothing if there are none. It is a step of
// the caller's act, by which the person has, or gets, an appointment with the other
// worker.
func (h Handover) Hand(ctx context.Context, tx postgres.Tx, person, from, to uuid.UUID) error {
	source, target := appointment.ConversationID(person, from), appointment.ConversationID(person, to)
	documents, err := readHandable(ctx, tx, source, target, maxHanded)
	if err != nil || len(documents) == 0 {
		return err
	}
	if err := tx.InTurn(ctx, aboutConversation(target), h.messages.db.Now); err != nil {
		return err
	}
	row := messageRow{ID: uuid.New(), ConversationID: target, BeneficiaryID: person, AuthorID: person, SentAt: tx.Now}
	if row.SealedBody, err = h.messages.vault.Seal(ctx, tx, person, aboutBody(row.ID), []byte(handedWords)); err != nil {
		return err
	}
	if err := insertMessage(ctx, tx, row); err != nil {
		return err
	}
	if err := insertHanded(ctx, tx, row.ID, documents); err != nil {
		return err
	}
	return h.messages.notify(ctx, tx, target, to)
}
