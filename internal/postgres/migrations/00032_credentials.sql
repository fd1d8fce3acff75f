-- +goose Up
-- What lets a worker be booked (R42): the registration of the diploma and the
-- professional insurance. A line is never changed but to be confirmed or
-- withdrawn; an hour is covered by any line that stands on its day. Days are
-- calendar days in the worker's zone, both included.

create table credentials (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    kind             text not null check (kind in ('diploma', 'insurance')),
    title            text not null default '' check (length(title) <= 120),
    register         text not null default '' check (register in ('', 'rpps', 'adeli')),
    number           text not null check (length(number) between 1 and 60),
    issuer           text not null check (length(issuer) between 1 and 120),
    checked_on       date,
    valid_from       date,
    valid_until      date,
    submitted_by     uuid,
    submitted_at     timestamptz not null,
    confirmed_by     uuid,
    confirmed_at     timestamptz,
    withdrawn_by     uuid,
    withdrawn_at     timestamptz,
    check (valid_from <= valid_until),
    check (kind <> 'insurance' or valid_from is not null and valid_until is not null),
    check (kind <> 'diploma' or register <> '' and checked_on is not null)
);
create index credentials_worker_idx on credentials (social_worker_id);

-- Which notice of which end was sent: once, whatever instance asks.
create table credential_notices (
    social_worker_id uuid not null references social_workers,
    kind             text not null,
    valid_until      date not null,
    step             int not null,
    sent_at          timestamptz not null,
    primary key (social_worker_id, kind, valid_until, step)
);

-- +goose Down
drop table credential_notices;
drop table credentials;
