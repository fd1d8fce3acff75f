-- +goose Up
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
