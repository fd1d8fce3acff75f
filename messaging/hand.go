package messaging

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// maxHanded is how many documents are handed on at most, the latest ones.
const maxHanded = 50

// handedWords is what the message says that hands documents on.
const handedWords = "Je vous transmets les documents de mes échanges précédents."

// Handover hands a person's documents on from one conversation to another, when
// they say so. The documents stay the ones they were; the other worker sees them too.
type Handover struct{ messages *Service }

// NewHandover returns it.
func NewHandover(messages *Service) Handover { return Handover{messages} }

// Count is how many documents the two people's conversation holds.
func (h Handover) Count(ctx context.Context, person, worker uuid.UUID) (int, error) {
	return countDocuments(ctx, h.messages.db.Pool, appointment.ConversationID(person, worker))
}

// Hand shows the documents of the person's conversation with one worker to another,
// by a message of the person's in theirs; where there are none it does nothing. It is
// a step of the caller's act, by which the person has, or gets, an appointment with
// the other worker.
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
