-- +goose Up
-- Whom a worker's cancelling left without their hour, until they have another one or
-- are done with it (R20). due_at is from when on the switchboard calls them.
create table rebookings (
    appointment_id uuid primary key references appointments on delete cascade, -- the cancelled one
    beneficiary_id uuid not null references accounts on delete cascade,
    starts_at      timestamptz not null, -- the hour that was lost
    due_at         timestamptz not null,
    state          text not null check (state in ('open', 'rebooked', 'declined', 'reached')),
    booked_id      uuid unique references appointments on delete cascade, -- what took its place
    settled_at     timestamptz,
    tries          int not null default 0, -- calls that reached nobody
    tried_at       timestamptz,
    check ((state = 'open') = (settled_at is null)),
    check ((state = 'rebooked') = (booked_id is not null)),
    check ((tries > 0) = (tried_at is not null))
);
create index rebookings_open_idx on rebookings (due_at) where state = 'open';
create index rebookings_beneficiary_idx on rebookings (beneficiary_id) where state = 'open';

-- Those whose hour is still to come were told already.
insert into rebookings (appointment_id, beneficiary_id, starts_at, due_at, state)
select id, beneficiary_id, lower(period), coalesce(cancelled_at, booked_at) + interval '1 day', 'open'
from appointments where status = 'cancelled_by_worker' and lower(period) > now();

-- Why the administration cancelled in a worker's place, sealed with the worker's key.
create table agenda_clearings (
    id               uuid primary key,
    social_worker_id uuid not null references social_workers,
    author_id        uuid not null references accounts,
    sealed_reason    bytea not null,
    cancelled        int not null, -- how many appointments
    decided_at       timestamptz not null
);
create index agenda_clearings_worker_idx on agenda_clearings (social_worker_id, decided_at desc);

-- +goose Down
drop table agenda_clearings, rebookings;
