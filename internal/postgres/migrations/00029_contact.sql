-- +goose Up
-- How a person wants to be told of their appointments (R21). Who never chose has no
-- row. Call hours are minutes since midnight on the person's own clock.
create table contact_choices (
    account_id     uuid primary key references accounts on delete cascade,
    texts          boolean not null,
    discreet       boolean not null,
    limit_reminder boolean not null,
    hour_reminder  boolean not null,
    call_from      smallint not null,
    call_until     smallint not null,
    check (0 <= call_from and call_from < call_until and call_until <= 1440)
);

-- +goose Down
drop table contact_choices;
