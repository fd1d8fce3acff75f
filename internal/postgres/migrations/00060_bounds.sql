-- +goose Up
-- How many acts each person has made with their appointments within a span of time.
create table booking_acts (
    account_id uuid primary key references accounts on delete cascade,
    began      timestamptz not null,
    acts       int not null
);

-- +goose Down
drop table booking_acts;
