package messaging

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// shownDocuments are the documents of messages, including those shared by a message.
const shownDocuments = `(
	select id as document_id, message_id, position from documents
	union all select document_id, message_id, position from handed_documents)`

func countDocuments(ctx context.Context, q postgres.Querier, conversation uuid.UUID) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(distinct s.document_id) from `+shownDocuments+` s join messages m on m.id = s.message_id where m.conversation_id = $1`,
		conversation).Scan(&n)
	return n, err
}

// readHandable returns the latest documents of a conversation that another one does not show
// yet, in the order in which they were sent.
func readHandable(ctx context.Context, q postgres.Querier, from, to uuid.UUID, most int) ([]uuid.UUID, error) {
	rows, err := postgres.All[struct{ ID uuid.UUID }](ctx, q, `
		select id from (
			select d.document_id as id, min(m.sent_at) as sent_at, min(d.position) as position
			from `+shownDocuments+` d join messages m on m.id = d.message_id
			where m.conversation_id = $1 and d.document_id not in (
				select s.document_id from `+shownDocuments+` s join messages o on o.id = s.message_id where o.conversation_id = $2)
			group by d.document_id order by sent_at desc, position desc limit $3) latest
		order by sent_at, position`, from, to, most)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

func insertHanded(ctx context.Context, tx postgres.Tx, message uuid.UUID, documents []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		insert into handed_documents (message_id, document_id, position)
		select $1, d.id, d.position - 1 from unnest($2::uuid[]) with ordinality as d (id, position)`, message, documents)
	return err
}

// readShownIn returns the conversations with which a document was shared.
func readShownIn(ctx context.Context, q postgres.Querier, document uuid.UUID) ([]uuid.UUID, error) {
	rows, err := postgres.All[struct{ ConversationID uuid.UUID }](ctx, q, `
		select distinct m.conversation_id from handed_documents h join messages m on m.id = h.message_id where h.document_id = $1`, document)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ConversationID
	}
	return ids, err
}
