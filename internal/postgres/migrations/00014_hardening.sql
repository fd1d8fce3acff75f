-- +goose Up
-- How often each person has tried to send a message within a span of time.
create table message_rates (
    account_id uuid not null references accounts on delete cascade,
    span       interval not null,
    began      timestamptz not null,
    tries      int not null,
    primary key (account_id, span)
);

-- +goose Down
drop table message_rates;
