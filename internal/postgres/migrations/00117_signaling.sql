-- +goose Up
-- What is kept of calls: whom the worker let in, so that a reload does not send
-- them back to wait, and when each person came and left. Nothing else (R23).

create table call_admissions (
    appointment_id uuid not null references appointments on delete cascade,
    account_id     uuid not null references accounts on delete cascade,
    admitted_at    timestamptz not null,
    primary key (appointment_id, account_id)
);

-- Connection data, kept for one year. left_at is null during the call, and after
-- a crash of the server.
create table call_attendances (
    id             uuid primary key,
    appointment_id uuid not null references appointments on delete cascade,
    account_id     uuid not null references accounts on delete cascade,
    joined_at      timestamptz not null,
    left_at        timestamptz check (left_at >= joined_at)
);
create index call_attendances_appointment_idx on call_attendances (appointment_id);
create index call_attendances_joined_idx on call_attendances (joined_at);
