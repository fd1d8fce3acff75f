-- +goose Up
-- What people were told, by which channel, and what became of it (R21): never what it
-- said. A row is made in the transaction of the act that it tells of, and one constraint
-- keeps it single. The id is in the mail's Message-ID and in the address that it returns
-- to. It refers to nothing: what it is about belongs to another domain, and an address
-- that nobody has costs the same as one that somebody has (R5).
create table notifications (
    id          uuid primary key default gen_random_uuid(),
    kind        text not null,
    subject_id  uuid not null,
    version     int,            -- of the subject, when it was queued; null for what is sent as often as it is queued
    concerns_at timestamptz,    -- the hour that it is about, when it was queued; null for none
    details     jsonb not null, -- what its kind needs besides; nothing about a person
    account_id  uuid not null,
    channel     text not null check (channel in ('mail', 'sms', 'none')), -- none: nothing reaches the person
    state       text not null check (state in ('queued', 'sent', 'failed', 'bounced', 'dropped')),
    cause       text not null,        -- why it failed, bounced or was dropped
    queued_at   timestamptz not null,
    settled_at  timestamptz,          -- when it reached its state
    called_at   timestamptz,          -- when the switchboard told the person instead
    closed      boolean not null default false, -- nobody can act upon it any more
    attempt     int not null default 0, -- the try of its job that has it in hand: what an earlier one comes back with counts for nothing
    constraint notifications_once unique (subject_id, account_id, kind, channel, version),
    check ((state = 'queued') = (settled_at is null)),
    check ((state in ('failed', 'bounced', 'dropped')) = (cause <> ''))
);

-- What a person wants to be told of besides appointments (R21). The row is made with the first
-- mail that has a link to stop its topic; the link's token is a digest with a key, of which
-- only the hash is here.
create table notification_choices (
    account_id uuid not null references accounts on delete cascade,
    topic      text not null,
    token_hash bytea not null unique,
    stopped_at timestamptz, -- null while it is wanted
    primary key (account_id, topic)
);

create index notifications_account_idx on notifications (account_id, queued_at desc);
create index notifications_lost_idx on notifications (concerns_at) where (state in ('failed', 'bounced') or cause = 'no_answer') and called_at is null and not closed;
create index notifications_old_idx on notifications (settled_at);
