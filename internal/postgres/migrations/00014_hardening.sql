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

-- +goose Down
drop trigger audit_entries_never_emptied on audit_entries;
drop table message_rates;
