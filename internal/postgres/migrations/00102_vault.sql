-- +goose Up
-- The keys of people, sealed with the master key. A key that was destroyed leaves its
-- line, so that it is never made anew.

-- Each person's own key: destroying it is the erasure.
create table person_keys (
    person_id    uuid primary key,
    sealed_key   bytea,
    created_at   timestamptz not null,
    destroyed_at timestamptz,
    check ((sealed_key is null) = (destroyed_at is not null))
);

-- The key of what must outlive a person's own: destroyed on its day, and with it
-- what the archive holds, backups included.
create table archive_keys (
    person_id    uuid primary key,
    sealed_key   bytea,
    created_at   timestamptz not null,
    destroyed_at timestamptz,
    check ((sealed_key is null) = (destroyed_at is not null))
);

-- A digest made with the index key, by which a wrong key is known at the start. There
-- is one key for as long as there is the database.
create table index_key (
    single boolean primary key default true check (single),
    digest bytea not null,
    since  timestamptz not null
);
