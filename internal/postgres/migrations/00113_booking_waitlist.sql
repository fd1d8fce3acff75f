-- +goose Up
-- The waitlist.

-- Who wants to be notified when an earlier slot is released, of one worker or of anybody who
-- offers what is named; empty names nothing. No slot is ever kept for anybody.
create table waitlist_entries (
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
create index waitlist_entries_account_idx on waitlist_entries (account_id);
create index waitlist_entries_worker_idx on waitlist_entries (social_worker_id);
create index waitlist_entries_appointment_idx on waitlist_entries (appointment_id) where appointment_id is not null;

-- What somebody was notified of at one time. It outlives the entry.
create table waitlist_releases (
    id         uuid primary key default gen_random_uuid(),
    entry_id   uuid references waitlist_entries on delete set null,
    account_id uuid not null references accounts on delete cascade,
    due_at     timestamptz not null -- when the notification may go
);
create index waitlist_releases_account_idx on waitlist_releases (account_id, due_at);
create index waitlist_releases_entry_idx on waitlist_releases (entry_id);
create index waitlist_releases_due_idx on waitlist_releases (due_at);

-- The slots that it was about; gone are those that were available no more since then,
-- and may be told again when they are released again.
create table waitlist_slots (
    release_id       uuid not null references waitlist_releases on delete cascade,
    account_id       uuid not null references accounts on delete cascade,
    social_worker_id uuid not null,
    starts_at        timestamptz not null,
    gone             boolean not null default false
);
create unique index waitlist_slots_once on waitlist_slots (account_id, social_worker_id, starts_at) where not gone;
create index waitlist_slots_release_idx on waitlist_slots (release_id);
create index waitlist_slots_worker_idx on waitlist_slots (social_worker_id, starts_at) where not gone;
