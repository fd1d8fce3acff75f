-- +goose Up
-- When an appointment last changed, for the calendars that it was taken into (RFC
-- 5545, 3.8.7.3), whichever act changed it.
alter table appointments add column changed_at timestamptz not null default now();
update appointments set changed_at = greatest(booked_at, coalesce(cancelled_at, booked_at));

-- +goose StatementBegin
create function appointment_changed() returns trigger language plpgsql as $$
begin
    new.changed_at := now();
    return new;
end $$;
-- +goose StatementEnd
create trigger appointments_changed before update on appointments
    for each row when (old.* is distinct from new.*) execute function appointment_changed();

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
    told_at          timestamptz, -- when the worker was told of these failures
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

-- +goose Down
drop table external_busy, calendar_subscriptions;
drop trigger appointments_changed on appointments;
drop function appointment_changed();
alter table appointments drop column changed_at;
