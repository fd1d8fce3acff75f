-- +goose Up
-- Calendars that are kept elsewhere, and the feed of a worker's agenda.

-- A calendar that a worker keeps elsewhere. Its address is a secret: it is sealed
-- with the worker's key, and only its digest tells it from the worker's others.
create table calendar_subscriptions (
    id               uuid primary key,
    social_worker_id uuid not null references social_workers on delete cascade,
    name             text not null,
    sealed_address   bytea not null,
    address_digest   bytea not null,
    all_day          boolean not null, -- whether days taken up entirely are busy
    created_at       timestamptz not null,
    paused           boolean not null default false,
    due_at           timestamptz not null, -- when it is read next
    asked_at         timestamptz not null, -- when the worker last asked for it
    read_at          timestamptz, -- the last success
    expanded_at      timestamptz, -- when the busy times were last worked out
    etag             text not null default '',
    last_modified    text not null default '',
    failure          text not null default '', -- why the last reading failed
    failures         int not null default 0, -- in a row
    failing_since    timestamptz,
    notified_at      timestamptz, -- when the worker was notified of these failures
    left_out         int not null default 0, -- events that were not understood and are not busy
    left_out_days    date[] not null default '{}', -- the first days of these
    whole_days       date[] not null default '{}', -- the first days of events that are busy as long as they may last
    unknown_zones    text[] not null default '{}', -- names of time zones that were not understood
    assumed_zone     text not null default '', -- what the worker chose for these; empty for none
    unique (social_worker_id, address_digest)
);
create index calendar_subscriptions_due_idx on calendar_subscriptions (due_at) where not paused;

-- When such calendars say that their worker is busy: times, and nothing else.
create table external_busy (
    subscription_id  uuid not null references calendar_subscriptions on delete cascade,
    social_worker_id uuid not null references social_workers on delete cascade,
    period           tstzrange not null check (not isempty(period))
);
create index external_busy_subscription_idx on external_busy (subscription_id);
create index external_busy_worker_idx on external_busy using gist (social_worker_id, period);

-- A worker's agenda for their own calendar program, at an address that only they
-- know: what is kept of it is a hash.
create table agenda_feeds (
    social_worker_id uuid primary key references social_workers on delete cascade,
    token_hash       bytea not null unique,
    shows            text not null check (shows in ('nothing', 'initials', 'names')),
    made_at          timestamptz not null,
    read_at          timestamptz,
    window_began_at  timestamptz not null, -- how often it was read since then
    reads            int not null default 0
);

-- All-day events are days of the worker's zone: when it changes, the calendars are read again.
-- +goose StatementBegin
create function read_calendars_again() returns trigger language plpgsql as $$
begin
    update calendar_subscriptions set due_at = platform_now(), expanded_at = null where social_worker_id = new.account_id;
    return null;
end $$;
-- +goose StatementEnd
create trigger read_calendars_again after update of time_zone on social_workers
    for each row when (old.time_zone <> new.time_zone) execute function read_calendars_again();
