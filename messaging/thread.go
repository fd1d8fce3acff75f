package messaging

import (
	"context"
	"errors"
	"slices"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Conversations returns v's conversations, latest message first. Those without a message come
// last, latest appointment first.
func (s *Service) Conversations(ctx context.Context, v *viewer.Viewer) ([]Conversation, error) {
	relations, err := s.appointments.Relations(ctx, v)
	if err != nil {
		return nil, err
	}
	list, place := make([]Conversation, len(relations)), make(map[uuid.UUID]int, len(relations))
	ids := make([]uuid.UUID, len(relations))
	for i, r := range relations {
		_, name := other(r, v)
		ids[i] = appointment.ConversationID(r.BeneficiaryID, r.SocialWorkerID)
		list[i], place[ids[i]] = Conversation{ID: ids[i], With: name}, i
	}
	summaries, err := readSummaries(ctx, s.db.Pool, ids, v.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range summaries {
		c := &list[place[row.ConversationID]]
		c.Latest, c.Unread = row.Latest.In(v.Zone), row.Unread
	}
	slices.SortStableFunc(list, func(a, b Conversation) int { return b.Latest.Compare(a.Latest) })
	return list, nil
}

// Thread returns a page of one of v's conversations: the newest messages, or those before the
// message before if that is not zero. It marks the newest page as read by v, unless nothing may
// be written.
func (s *Service) Thread(ctx context.Context, v *viewer.Viewer, conversation, before uuid.UUID) (Thread, error) {
	relation, err := s.relation(ctx, v, conversation)
	if err != nil {
		return Thread{}, err
	}
	rows, err := readPage(ctx, s.db.Pool, conversation, before, PageSize+1)
	if err != nil {
		return Thread{}, err
	}
	t := Thread{ConversationID: conversation, Newest: before == uuid.Nil}
	_, t.With = other(relation, v)
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		t.Older = rows[PageSize-1].ID
	}
	if t.Newest && len(rows) > 0 && !postgres.IsReadOnly(ctx) {
		if err := markRead(ctx, s.db.Pool, conversation, v.ID, rows[0].SentAt); err != nil {
			return Thread{}, err
		}
	}
	slices.Reverse(rows)
	t.Messages, err = s.unseal(ctx, v, relation, rows)
	return t, err
}

// unseal decrypts the rows, all of one conversation, and reads the key once.
func (s *Service) unseal(ctx context.Context, v *viewer.Viewer, relation appointment.Relation, rows []messageRow) ([]Message, error) {
	ids := make([]uuid.UUID, len(rows))
	messages := make([]Message, len(rows))
	for i, row := range rows {
		ids[i], messages[i] = row.ID, shell(v, relation, row)
	}
	key, err := s.vault.Key(ctx, s.db.Pool, relation.BeneficiaryID)
	if errors.Is(err, vault.ErrDestroyed) {
		for i := range messages {
			messages[i].Erased = true
		}
		return messages, nil
	}
	if err != nil {
		return nil, err
	}
	documents, err := s.documents(ctx, key, ids)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		messages[i].Documents = documents[row.ID]
		if messages[i].Body, err = openBody(key, row); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// shell is a message without its encrypted content.
func shell(v *viewer.Viewer, relation appointment.Relation, row messageRow) Message {
	m := Message{ID: row.ID, Mine: row.AuthorID == v.ID, SentAt: row.SentAt.In(v.Zone), Author: relation.SocialWorkerName}
	if row.AuthorID == relation.BeneficiaryID {
		m.Author = relation.BeneficiaryName
	}
	return m
}

func openBody(key *vault.Key, row messageRow) (string, error) {
	if row.SealedBody == nil {
		return "", nil
	}
	body, err := key.Unseal(aboutBody(row.ID), row.SealedBody)
	return string(body), err
}

// documents returns the documents of the given messages by message, in the order sent.
func (s *Service) documents(ctx context.Context, key *vault.Key, messages []uuid.UUID) (map[uuid.UUID][]Document, error) {
	rows, err := readDocuments(ctx, s.db.Pool, messages)
	if err != nil {
		return nil, err
	}
	byMessage := make(map[uuid.UUID][]Document)
	for _, row := range rows {
		name, err := key.Unseal(aboutName(row.ID), row.SealedName)
		if err != nil {
			return nil, err
		}
		byMessage[row.MessageID] = append(byMessage[row.MessageID],
			Document{ID: row.ID, Name: string(name), MediaType: row.MediaType, Size: row.Size})
	}
	return byMessage, nil
}
