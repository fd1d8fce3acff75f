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
