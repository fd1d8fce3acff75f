-- +goose Up
-- Bulk cancels: why the administration cancelled in a worker's place, sealed with the worker's key.
create table bulk_cancels (
    id               uuid primary key,
    social_worker_id uuid not null references social_workers,
    author_id        uuid not null references accounts,
    sealed_reason    bytea not null,
    cancelled        int not null, -- how many appointments
    decided_at       timestamptz not null
);
create index bulk_cancels_worker_idx on bulk_cancels (social_worker_id, decided_at desc);
