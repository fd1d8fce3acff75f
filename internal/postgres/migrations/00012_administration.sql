-- +goose Up
-- What administrators decide about accounts, and what workers report to them.

alter table accounts
    add column suspended_at timestamptz,
    add column closed_at    timestamptz,
    add column last_seen_on date; -- a day and no more: it says whether the account is in use

-- Every decision stays; undoing one is another. The reason is about the person
-- and sealed with the person's key.
create table account_decisions (
    id            uuid primary key,
    account_id    uuid not null references accounts,
    act           text not null check (act in ('suspend', 'resume', 'close', 'reopen', 'withdraw', 'refuse', 'allow', 'role')),
    role          text, -- the new one
    sealed_reason bytea not null,
    author_id     uuid not null,
    decided_at    timestamptz not null,
    check ((role is not null) = (act = 'role'))
);
create index account_decisions_account_idx on account_decisions (account_id, decided_at);

-- Addresses and numbers with which no account is opened any more. They are kept
-- as hashes with a key of the platform's: the table tells nobody who they are.
create table refused_sign_ups (
    hash       bytea not null,
    account_id uuid not null references accounts,
    primary key (hash, account_id)
);
create index refused_sign_ups_account_idx on refused_sign_ups (account_id);

-- Disrespect or a dispute, told by a worker about a person they have or had an
-- appointment with; sealed with that person's key.
create table account_reports (
    id             uuid primary key,
    account_id     uuid not null references accounts,
    author_id      uuid not null references accounts,
    appointment_id uuid not null references appointments,
    kind           text not null check (kind in ('disrespect', 'dispute')),
    sealed_text    bytea not null,
    reported_at    timestamptz not null,
    handled_at     timestamptz,
    handled_by     uuid references accounts,
    check ((handled_at is null) = (handled_by is null))
);
create index account_reports_account_idx on account_reports (account_id, reported_at);
create index account_reports_open_idx on account_reports (reported_at) where handled_at is null;

-- +goose Down
drop table account_reports, refused_sign_ups, account_decisions;
alter table accounts drop column suspended_at, drop column closed_at, drop column last_seen_on;
