-- +goose Up
-- Documents that a person handed on from one of their conversations to another, with
-- a message there: the document itself stays the one it was.
create table handed_documents (
    message_id  uuid not null references messages on delete cascade,
    document_id uuid not null references documents on delete cascade,
    position    smallint not null,
    primary key (message_id, document_id)
);
create index handed_documents_document_idx on handed_documents (document_id);

-- +goose Down
drop table handed_documents;
