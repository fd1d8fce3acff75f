-- +goose Up
-- People who ask to be called (R49). They need no account, and no need is asked. The number
-- and the first name are sealed with a key of the request's own, which is destroyed with it.

-- A request whose number is not proved waits for the code that was sent, and is nobody's task
-- until then. One whose call was made is deleted.
create table callbacks (
    id          uuid primary key,
    number_hash bytea not null, -- a keyed digest, by which the same number is recognised
    sealed      bytea not null,
    wanted      text not null check (wanted in ('soon', 'morning', 'afternoon', 'evening')),
    asked_at    timestamptz not null,
    proved      boolean not null,
    token_hash  bytea unique, -- of the browser that may give the code
    sealed_code bytea,        -- made as it is sent
    tries       int not null default 0,
    code_until  timestamptz,
    taken_by    uuid references accounts,
    taken_at    timestamptz,
    check (proved = (token_hash is null) and proved = (code_until is null)),
    check (not proved or sealed_code is null),
    check ((taken_by is null) = (taken_at is null)),
    check (proved or taken_by is null)
);
create unique index callbacks_number_key on callbacks (number_hash) where proved;
create index callbacks_asked_idx on callbacks (asked_at);
create index callbacks_taken_idx on callbacks (taken_by);
