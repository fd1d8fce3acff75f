-- +goose Up
-- What people were told of their appointments, or of an hour that was freed, by which
-- channel, and what became of it (R21): never what it said. A row is made in the
-- transaction of the act that it tells of, or by the planner of reminders, and one
-- constraint keeps it single. The id is in the mail's Message-ID and in the address
-- that it returns to.
create table notices (
    id                uuid primary key default gen_random_uuid(),
    appointment_id    uuid references appointments on delete cascade,
    waiting_notice_id uuid references waiting_notices on delete cascade,
    account_id        uuid not null references accounts on delete cascade,
    notice            text not null,
    channel           text not null check (channel in ('mail', 'sms', 'none')), -- none: nothing reaches the person
    sequence          int not null,         -- the appointment's, when it was queued
    starts_at         timestamptz not null, -- the appointment's, when it was queued
    state             text not null check (state in ('queued', 'sent', 'failed', 'bounced', 'dropped')),
    cause             text not null,        -- why it failed, bounced or was dropped
    queued_at         timestamptz not null,
    settled_at        timestamptz,          -- when it reached its state
    called_at         timestamptz,          -- when the switchboard told the person instead
    -- Which try of its job has it in hand: what an earlier one comes back with counts
    -- for nothing any more.
    try               int not null default 0,
    constraint notices_of_one_thing check (num_nonnulls(appointment_id, waiting_notice_id) = 1),
    constraint notices_once unique (appointment_id, account_id, notice, channel, sequence),
    constraint notices_waiting_once unique (waiting_notice_id, channel),
    check ((state = 'queued') = (settled_at is null)),
    check ((state in ('failed', 'bounced', 'dropped')) = (cause <> ''))
);
create index notices_account_idx on notices (account_id, queued_at desc);
-- What is still to be told by phone: lost, or tried in time and never taken.
create index notices_lost_idx on notices (starts_at) where (state in ('failed', 'bounced') or cause = 'no_answer') and called_at is null;
