-- +goose Up
-- Conversations have no table: one is there for every pair that ever had an
-- appointment, and its id derives from the two accounts. What is written in them
-- is sealed with the beneficiary's key.

create table messages (
    id              uuid primary key,
    conversation_id uuid not null,
    beneficiary_id  uuid not null references accounts,
    author_id       uuid not null references accounts,
    sealed_body     bytea, -- null: documents alone
    sent_at         timestamptz not null
);
create index messages_conversation_idx on messages (conversation_id, sent_at, id);
create index messages_beneficiary_idx on messages (beneficiary_id);
create index messages_author_idx on messages (author_id);

create table documents (
    id          uuid primary key,
    message_id  uuid not null references messages on delete cascade,
    position    smallint not null,
    sealed_name bytea not null,
    media_type  text not null,
    size        bigint not null check (size > 0),
    sealed_size bigint not null check (sealed_size > size),
    object_key  text not null unique,
    unique (message_id, position)
);

-- Documents that a person handed on from one of their conversations to another, with
-- a message there: the document itself stays the one it was.
create table handed_documents (
    message_id  uuid not null references messages on delete cascade,
    document_id uuid not null references documents on delete cascade,
    position    smallint not null,
    primary key (message_id, document_id)
);
create index handed_documents_document_idx on handed_documents (document_id);

-- An object is noted here before it is stored and until its document is: what a
-- crash leaves behind is found again and removed. account_id and size count it among
-- what is kept of the person; the objects of somebody who was erased are nobody's.
create table uploads (
    object_key   text primary key,
    started_at   timestamptz not null,
    account_id   uuid references accounts on delete set null,
    size         bigint not null default 0 check (size >= 0), -- of the document
    condemned_at timestamptz -- from when on it is being removed: no message claims it any more
);
create index uploads_started_idx on uploads (started_at);
create index uploads_account_idx on uploads (account_id) where account_id is not null;

-- Up to where each person has read.
create table read_marks (
    conversation_id uuid not null,
    account_id      uuid not null references accounts on delete cascade,
    read_at         timestamptz not null,
    primary key (conversation_id, account_id)
);

-- How often each person has tried to send a message within a span of time.
create table message_rates (
    account_id uuid not null references accounts on delete cascade,
    span       interval not null,
    began      timestamptz not null,
    tries      int not null,
    primary key (account_id, span)
);

-- How many bytes of documents came from each person within a span of time, kept or not.
create table document_days (
    account_id uuid primary key references accounts on delete cascade,
    began      timestamptz not null,
    bytes      bigint not null
);
