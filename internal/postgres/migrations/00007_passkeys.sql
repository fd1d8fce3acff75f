-- +goose Up
-- Passkeys, recovery codes, and who had a second factor taken away (R8).

-- A passkey's public half. Its account's identifier is its user handle. What would
-- tell the make of somebody's device is not asked for (attestation "none").
create table passkeys (
    id            uuid primary key default gen_random_uuid(),
    account_id    uuid not null references accounts on delete cascade,
    credential_id bytea not null constraint passkeys_credential_id_key unique check (length(credential_id) between 1 and 1023),
    public_key    bytea not null,
    sign_count    bigint not null,
    flags         smallint not null,
    transports    text[] not null,
    name          text not null check (length(name) between 1 and 60),
    created_at    timestamptz not null,
    used_at       timestamptz
);
create index passkeys_account_idx on passkeys (account_id);

-- A challenge belongs to whoever asked for it: a session, or a cookie's holder.
-- Asking again replaces it, answering it takes it away.
create table passkey_challenges (
    holder     bytea not null,
    purpose    text not null check (purpose in ('add', 'prove', 'sign_in')),
    ceremony   jsonb not null,
    expires_at timestamptz not null,
    primary key (holder, purpose)
);
create index passkey_challenges_expires_idx on passkey_challenges (expires_at);

-- When a session's owner last gave a passkey in it.
alter table sessions add column passkey_at timestamptz;

-- The codes are kept as hashes under a key that is sealed with the person's own,
-- and, sealed too, as they are until they were shown once.
create table recovery_sets (
    account_id   uuid primary key references accounts on delete cascade,
    sealed_key   bytea not null,
    sealed_sheet bytea,
    sheet_until  timestamptz not null,
    created_at   timestamptz not null
);
create table recovery_codes (
    account_id uuid not null references recovery_sets on delete cascade,
    hash       bytea not null,
    used_at    timestamptz,
    primary key (account_id, hash)
);

-- Why an administrator took a second factor away. The author is named as the
-- journal does, and outlives their account.
create table second_factor_resets (
    id         uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts on delete cascade,
    author_id  uuid not null,
    reason     text not null check (length(reason) between 1 and 500),
    decided_at timestamptz not null
);
create index second_factor_resets_account_idx on second_factor_resets (account_id);

-- +goose Down
drop table second_factor_resets, recovery_codes, recovery_sets, passkey_challenges, passkeys;
alter table sessions drop column passkey_at;
