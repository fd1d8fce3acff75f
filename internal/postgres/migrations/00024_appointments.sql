-- +goose Up
-- What a late cancellation leaves behind, and what somebody needs on the day.

-- While a line stands, what this person books with this worker is a request (R19).
-- The worker clears it; nothing else does.
create table late_marks (
    social_worker_id uuid not null references social_workers,
    beneficiary_id   uuid not null references accounts on delete cascade,
    marked_at        timestamptz not null, -- the latest time
    primary key (social_worker_id, beneficiary_id)
);

-- Interpreter, accessibility, a third person: sealed with the person's key.
alter table appointments add column sealed_needs bytea;

-- +goose Down
alter table appointments drop column sealed_needs;
drop table late_marks;
