-- +goose Up
-- When a code's uses, rounded as figures are, reached its limit, rounded too: that is
-- what is said of them, once the month is published (R10).
alter table connection_codes add column nearly_used_at timestamptz;
update connection_codes set nearly_used_at = now() where uses >= max_uses - max_uses % 5;

-- Whether somebody is a manager of a client whose account works: what a key of theirs
-- asks at each use. The second one holds the account as it is until the transaction
-- ends, and is null when it is none.
create function manages(person uuid, client uuid) returns boolean language sql stable as $$
    select exists (select from accounts where id = person and role = 'client_manager' and client_id = client and suspended_at is null and closed_at is null)
$$;
create function hold_manager(person uuid, client uuid) returns uuid language sql volatile as $$
    select id from accounts where id = person and role = 'client_manager' and client_id = client and suspended_at is null and closed_at is null for share
$$;
-- Keys of people whose account ended before their keys ended with it.
update client_tokens set revoked_at = now() where revoked_at is null and not manages(created_by, client_id);

-- What wrong codes are counted for, beside their own request: a number, in the form
-- in which throttles name it.
alter table sms_challenges add column counted text not null default '';

-- What each person has looked at in a day: a worker's sheet, week then being empty, or
-- a week of the worker's agenda (R45). A crash may lose it.
create table sheet_readings (
    account_id       uuid not null references accounts on delete cascade,
    social_worker_id uuid not null,
    week             text not null check (length(week) <= 8),
    read_at          timestamptz not null,
    primary key (account_id, social_worker_id, week)
);
alter table sheet_readings set unlogged;
create index sheet_readings_read_idx on sheet_readings (read_at);

-- +goose Down
drop table sheet_readings;
alter table sms_challenges drop column counted;
drop function hold_manager(uuid, uuid);
drop function manages(uuid, uuid);
alter table connection_codes drop column nearly_used_at;
