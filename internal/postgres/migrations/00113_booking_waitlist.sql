-- +goose Up
-- The waiting list.

-- Who wants to be told when an earlier hour is freed, of one worker or of anybody who
-- offers what is named; empty names nothing. No hour is ever held for anybody.
create table waiting_entries (
    id               uuid primary key default gen_random_uuid(),
    account_id       uuid not null references accounts on delete cascade,
    social_worker_id uuid references social_workers on delete cascade, -- null is anybody
    reason           text not null,
    mode             text not null,
    language         text not null,
    appointment_id   uuid references appointments on delete cascade, -- the one that is to be earlier
    until            timestamptz not null, -- hours before this; of an appointment, its start
    open_ended       boolean not null,     -- until is only as far as one can book
    created_at       timestamptz not null
);
create index waiting_entries_account_idx on waiting_entries (account_id);
create index waiting_entries_worker_idx on waiting_entries (social_worker_id);
create index waiting_entries_appointment_idx on waiting_entries (appointment_id) where appointment_id is not null;

-- What somebody was told at one time. It outlives the wish.
create table waiting_notices (
    id         uuid primary key default gen_random_uuid(),
    entry_id   uuid references waiting_entries on delete set null,
    account_id uuid not null references accounts on delete cascade,
    queued_at  timestamptz not null
);
create index waiting_notices_account_idx on waiting_notices (account_id, queued_at);
create index waiting_notices_entry_idx on waiting_notices (entry_id);
create index waiting_notices_queued_idx on waiting_notices (queued_at);

-- The hours that it was about; gone are those that were free no more since then, and
-- may be told again when they are freed again.
create table waiting_hours (
    notice_id        uuid not null references waiting_notices on delete cascade,
    account_id       uuid not null references accounts on delete cascade,
    social_worker_id uuid not null,
    starts_at        timestamptz not null,
    gone             boolean not null default false
);
create unique index waiting_hours_once on waiting_hours (account_id, social_worker_id, starts_at) where not gone;
create index waiting_hours_notice_idx on waiting_hours (notice_id);
create index waiting_hours_worker_idx on waiting_hours (social_worker_id, starts_at) where not gone;
