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

-- An object is noted here before it is stored and until its document is: what a
-- crash leaves behind is found again and removed.
create table uploads (
    object_key text primary key,
    started_at timestamptz not null
);
create index uploads_started_idx on uploads (started_at);

-- Up to where each person has read.
create table read_marks (
    conversation_id uuid not null,
    account_id      uuid not null references accounts on delete cascade,
    read_at         timestamptz not null,
    primary key (conversation_id, account_id)
);

-- When each person was last told by mail of something unread.
create table message_notices (
    conversation_id uuid not null,
    account_id      uuid not null references accounts on delete cascade,
    noticed_at      timestamptz not null,
    primary key (conversation_id, account_id)
);

-- +goose Down
drop table message_notices, read_marks, uploads, documents, messages;
