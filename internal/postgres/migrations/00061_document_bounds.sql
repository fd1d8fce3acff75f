-- +goose Up
-- Whose an object on its way is, and how large its document, so that it counts among
-- what is kept of the person. The objects of somebody who was erased are nobody's.
alter table uploads
    add column account_id uuid references accounts on delete set null,
    add column size bigint not null default 0 check (size >= 0);
create index uploads_account_idx on uploads (account_id) where account_id is not null;
create index messages_author_idx on messages (author_id);

-- How many bytes of documents came from each person within a span of time, kept or not.
create table document_days (
    account_id uuid primary key references accounts on delete cascade,
    began      timestamptz not null,
    bytes      bigint not null
);

-- +goose Down
drop table document_days;
drop index messages_author_idx;
drop index uploads_account_idx;
alter table uploads
    drop column size,
    drop column account_id;
