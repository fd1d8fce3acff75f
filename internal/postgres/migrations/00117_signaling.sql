-- +goose Up
-- What is kept of calls: whom the worker let in, so that a reload does not send
-- them back to wait, and when each person came and left. Nothing else (R23).

create table call_admissions (
    appointment_id uuid not null references appointments on delete cascade,
    account_id     uuid not null references accounts on delete cascade,
    admitted_at    timestamptz not null,
    primary key (appointment_id, account_id)
);

-- Connection data, kept for one year. left_at is null during the call, and after
-- a crash of the server.
create table call_attendances (
    id             uuid primary key,
    appointment_id uuid not null references appointments on delete cascade,
    account_id     uuid not null references accounts on delete cascade,
    joined_at      timestamptz not null,
    left_at        timestamptz check (left_at >= joined_at)
);
create index call_attendances_appointment_idx on call_attendances (appointment_id);
create index call_attendances_joined_idx on call_attendances (joined_at);

-- Third persons who are invited to a call: the name is sealed with the
-- beneficiary's key, and so is the mail with the link until it has left. place is the guest's own in the call; a link is opened once,
-- and opened_at is then set with the hash of the guest's cookie.
create table call_invitations (
    id             uuid primary key,
    appointment_id uuid not null references appointments on delete cascade,
    beneficiary_id uuid not null references accounts on delete cascade,
    place          smallint not null check (place between 1 and 2),
    kind           text not null check (kind in ('interpreter', 'relative')),
    invited_by     uuid references accounts on delete cascade, -- null: the switchboard
    sealed_name    bytea not null,
    sealed_mail    bytea, -- address and link, until the mail is sent
    token_hash     bytea not null unique,
    cookie_hash    bytea unique,
    made_at        timestamptz not null,
    opens_at       timestamptz not null, -- from when the link can be opened
    expires_at     timestamptz not null check (expires_at >= opens_at),
    ends_at        timestamptz not null check (ends_at >= expires_at),
    opened_at      timestamptz,
    consented_at   timestamptz,
    admitted_at    timestamptz check (admitted_at is null or consented_at is not null),
    revoked_at     timestamptz,
    check ((opened_at is null) = (cookie_hash is null))
);
create index call_invitations_appointment_idx on call_invitations (appointment_id);

-- Results of tests of a call that people sent to the switchboard (R27), kept for 30
-- days. They name nobody: no account, no address, no device.
create table call_tests (
    reference text primary key check (reference ~ '^[2-9A-Z]{4}$'),
    sent_at   timestamptz not null,
    browser   text not null check (length(browser) <= 100),
    results   jsonb not null check (pg_column_size(results) <= 2000)
);
create index call_tests_sent_idx on call_tests (sent_at);
