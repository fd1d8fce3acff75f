-- +goose Up
-- What a client sees of its people: monthly counts, and the keys with which its own
-- systems ask for them.

-- A bucket counts people of a client, in one month, in one line of one table. It
-- names nobody, crosses nothing, and knows no time finer than the month (R10).
create table client_figures (
    client_id uuid not null references clients,
    month     date not null check (extract(day from month) = 1),
    kind      text not null check (kind in ('account', 'mode', 'reason')),
    line      text not null,
    people    int not null check (people > 0),
    primary key (client_id, month, kind, line)
);

create table client_tokens (
    id           uuid primary key,
    client_id    uuid not null references clients,
    name         text not null check (length(name) between 1 and 60),
    token_hash   bytea not null unique,
    created_by   uuid not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    last_used_on date
);
create index client_tokens_client_idx on client_tokens (client_id);

-- +goose Down
drop table client_tokens, client_figures;
