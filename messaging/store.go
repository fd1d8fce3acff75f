package messaging

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type messageRow struct {
	ID             uuid.UUID
	ConversationID uuid.UUID
	BeneficiaryID  uuid.UUID
	AuthorID       uuid.UUID
	SealedBody     []byte
	SentAt         time.Time
}

func insertMessage(ctx context.Context, tx postgres.Tx, m messageRow) error {
	_, err := tx.Exec(ctx, `
		insert into messages (id, conversation_id, beneficiary_id, author_id, sealed_body, sent_at)
		values ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.ConversationID, m.BeneficiaryID, m.AuthorID, m.SealedBody, m.SentAt)
	return err
}

func insertDocument(ctx context.Context, tx postgres.Tx, message uuid.UUID, position int, doc stored, sealedName []byte) error {
	_, err := tx.Exec(ctx, `
		insert into documents (id, message_id, position, sealed_name, media_type, size, sealed_size, object_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		doc.ID, message, position, sealedName, doc.MediaType, doc.Size, doc.sealedSize, doc.key)
	return err
}

// readPage reads at most limit messages of a conversation, newest first: those before the
// message before, or the newest ones if it is zero. It returns none if before belongs to
// another conversation.
func readPage(ctx context.Context, q postgres.Querier, conversation, before uuid.UUID, limit int) ([]messageRow, error) {
	return postgres.All[messageRow](ctx, q, `
		select id, conversation_id, beneficiary_id, author_id, sealed_body, sent_at
		from messages
		where conversation_id = $1
		  and ($2 = '00000000-0000-0000-0000-000000000000'::uuid
		       or (sent_at, id) < (select sent_at, id from messages where id = $2 and conversation_id = $1))
		order by sent_at desc, id desc
		limit $3`, conversation, before, limit)
}

type documentRow struct {
	ID             uuid.UUID
	MessageID      uuid.UUID
	ConversationID uuid.UUID
	BeneficiaryID  uuid.UUID
	SealedName     []byte
	MediaType      string
	Size           int64
	SealedSize     int64
	ObjectKey      string
	SentAt         time.Time
}

const selectDocument = `
	select d.id, d.message_id, m.conversation_id, m.beneficiary_id, d.sealed_name, d.media_type, d.size, d.sealed_size, d.object_key, m.sent_at
	from documents d join messages m on m.id = d.message_id `

func readDocuments(ctx context.Context, q postgres.Querier, messages []uuid.UUID) ([]documentRow, error) {
	return postgres.All[documentRow](ctx, q, `
		select d.id, s.message_id, m.conversation_id, m.beneficiary_id, d.sealed_name, d.media_type, d.size, d.sealed_size, d.object_key, m.sent_at
		from `+shownDocuments+` s join documents d on d.id = s.document_id join messages m on m.id = s.message_id
		where s.message_id = any($1) order by s.message_id, s.position`, messages)
}

func readDocument(ctx context.Context, q postgres.Querier, id uuid.UUID) (documentRow, error) {
	return postgres.One[documentRow](ctx, q, selectDocument+`where d.id = $1`, id)
}

type summaryRow struct {
	ConversationID uuid.UUID
	Latest         time.Time
	Unread         int
}

// readSummaries returns, for each of the conversations with a message, the time of the last
// one and the number that the reader has not seen.
func readSummaries(ctx context.Context, q postgres.Querier, conversations []uuid.UUID, reader uuid.UUID) ([]summaryRow, error) {
	return postgres.All[summaryRow](ctx, q, `
		select m.conversation_id, max(m.sent_at) as latest,
		       count(*) filter (where m.author_id <> $2 and (r.read_at is null or m.sent_at > r.read_at)) as unread
		from messages m
		left join read_marks r on r.conversation_id = m.conversation_id and r.account_id = $2
		where m.conversation_id = any($1)
		group by m.conversation_id`, conversations, reader)
}

// markRead records up to when the reader has read; it never goes back.
func markRead(ctx context.Context, q postgres.Querier, conversation, reader uuid.UUID, upTo time.Time) error {
	_, err := q.Exec(ctx, `
		insert into read_marks (conversation_id, account_id, read_at) values ($1, $2, $3)
		on conflict (conversation_id, account_id) do update set read_at = excluded.read_at
		where read_marks.read_at < excluded.read_at`, conversation, reader, upTo)
	return err
}

func insertUpload(ctx context.Context, q postgres.Querier, key string, person uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `insert into uploads (object_key, account_id, started_at) values ($1, $2, $3)`, key, person, now)
	return err
}

// claimUploads deletes the rows of objects that documents refer to from now on, and returns
// how many there were. Condemned objects cannot be claimed.
func claimUploads(ctx context.Context, tx postgres.Tx, keys []string) (int, error) {
	tag, err := tx.Exec(ctx, `delete from uploads where object_key = any($1) and condemned_at is null`, keys)
	return int(tag.RowsAffected()), err
}

// condemnUpload marks an object for removal, after which it cannot be claimed. It returns
// false if the row is gone because a document refers to the object.
func condemnUpload(ctx context.Context, q postgres.Querier, key string, now time.Time) (bool, error) {
	tag, err := q.Exec(ctx, `update uploads set condemned_at = $2 where object_key = $1`, key, now)
	return tag.RowsAffected() > 0, err
}

// condemnOldUploads condemns objects whose upload began before before, and returns their keys.
// It skips those that another process has condemned since again.
func condemnOldUploads(ctx context.Context, q postgres.Querier, before, again, now time.Time, limit int) ([]string, error) {
	rows, err := postgres.All[struct{ ObjectKey string }](ctx, q, `
		update uploads set condemned_at = $3 where object_key in (
			select object_key from uploads where started_at < $1 and (condemned_at is null or condemned_at < $2)
			order by started_at limit $4 for update skip locked)
		returning object_key`, before, again, now, limit)
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.ObjectKey
	}
	return keys, err
}

// deleteUpload deletes the row of a removed object.
func deleteUpload(ctx context.Context, q postgres.Querier, key string) error {
	_, err := q.Exec(ctx, `delete from uploads where object_key = $1`, key)
	return err
}

// countUnseen counts the messages since an instant that the person has not seen.
func countUnseen(ctx context.Context, tx postgres.Tx, conversation, person uuid.UUID, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*)
		from messages m
		left join read_marks r on r.conversation_id = m.conversation_id and r.account_id = $2
		where m.conversation_id = $1 and m.author_id <> $2 and m.sent_at > $3 and (r.read_at is null or m.sent_at > r.read_at)`,
		conversation, person, since).Scan(&n)
	return n, err
}

// countTry counts one more try of the person in the current span, or begins a new one, and
// returns its start and its number of tries. It locks the person's row: concurrent tries wait.
func countTry(ctx context.Context, tx postgres.Tx, person uuid.UUID, span time.Duration) (began time.Time, tries int, err error) {
	err = tx.QueryRow(ctx, `
		insert into message_rates as r (account_id, span, began, tries) values ($1, $2, $3, 1)
		on conflict (account_id, span) do update set
			began = case when r.began + r.span <= excluded.began then excluded.began else r.began end,
			tries = case when r.began + r.span <= excluded.began then 1 else r.tries + 1 end
		returning began, tries`, person, span, tx.Now).Scan(&began, &tries)
	return began, tries, err
}
