-- +goose Up
-- A digest made with the index key, by which a wrong key is known at the start. There
-- is one key for as long as there is the database.
create table index_key (
    single boolean primary key default true check (single),
    digest bytea not null,
    since  timestamptz not null
);

-- +goose Down
drop table index_key;
