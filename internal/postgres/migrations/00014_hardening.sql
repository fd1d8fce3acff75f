-- +goose Up
-- How often each person has tried to send a message within a span of time.
create table message_rates (
    account_id uuid not null references accounts on delete cascade,
    span       interval not null,
    began      timestamptz not null,
    tries      int not null,
    primary key (account_id, span)
);

-- The journal only grows: emptying it is no row's deletion.
create trigger audit_entries_never_emptied before truncate on audit_entries
    for each statement execute function refuse_change();

-- Whatever the code lets through, hours are on the grid.
alter table appointments add constraint appointments_whole_minute
    check (date_trunc('minute', lower(period) at time zone 'UTC') = lower(period) at time zone 'UTC');

-- +goose Down
alter table appointments drop constraint appointments_whole_minute;
drop trigger audit_entries_never_emptied on audit_entries;
drop table message_rates;
