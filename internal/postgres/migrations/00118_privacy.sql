-- +goose Up
-- What people ask about their data, what was done with it, and what an erasure
-- leaves behind (R7, R35, R37).

-- Who an erased person was and what they accepted, sealed, until destroy_on.
create table identity_archives (
    account_id uuid primary key references accounts,
    sealed     bytea not null,
    closed_on  date not null,
    destroy_on date not null,
    check (closed_on <= destroy_on)
);
create index identity_archives_destroy_idx on identity_archives (destroy_on);

-- A request that came from the public page waits, unconfirmed, for the link that
-- was mailed; it is nobody's task until then. What was written in it is sealed with
-- a key of the request's own, since it may be about nobody who has an account.
create table rights_requests (
    id             uuid primary key,
    kind           text not null check (kind in ('erasure')),
    origin         text not null check (origin in ('account', 'public', 'parent', 'writing')),
    channel        text check (channel in ('post', 'phone', 'mail')),
    account_id     uuid references accounts on delete set null,
    state          text not null check (state in ('unconfirmed', 'open', 'done', 'refused', 'withdrawn')),
    received_at    timestamptz not null,
    due_on         date not null,
    confirmed_at   timestamptz, -- the address was proved by its link
    closed_at      timestamptz,
    sealed_details bytea,
    sealed_reply   bytea, -- where the answer goes, until it has gone
    link_hash      bytea unique,
    link_until     timestamptz,
    check ((channel is not null) = (origin = 'writing')),
    check ((closed_at is null) = (state in ('unconfirmed', 'open')))
);
create index rights_requests_open_idx on rights_requests (due_on, received_at) where state = 'open';
create index rights_requests_account_idx on rights_requests (account_id, received_at);
create index rights_requests_unconfirmed_idx on rights_requests (received_at) where state = 'unconfirmed';
-- Somebody asks once: a second click is no second request.
create unique index rights_requests_once_key on rights_requests (account_id, kind) where state = 'open' and origin = 'account';

-- Every step; its words are sealed with the request's key. The author, null for the
-- platform and for somebody without an account, outlives their account.
create table rights_steps (
    id          uuid primary key,
    number      bigint generated always as identity, -- their order
    request_id  uuid not null references rights_requests on delete cascade,
    at          timestamptz not null,
    author_id   uuid,
    act         text not null check (act in ('asked', 'confirmed', 'entered', 'matched', 'noted', 'refused', 'withdrawn', 'erased')),
    sealed_text bytea
);
create index rights_steps_request_idx on rights_steps (request_id, number);
