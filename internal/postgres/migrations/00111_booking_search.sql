-- +goose Up
-- Who is available first.

-- Each worker's next free hours, worked out from the agenda whenever it changes: what
-- orders people by their first free hour, and what shows that an hour was freed. It
-- decides nothing: every hour is checked against the agenda before it is shown or
-- booked.
create table free_hours (
    social_worker_id uuid not null references social_workers on delete cascade,
    starts_at        timestamptz not null,
    modes            text[] not null,
    primary key (social_worker_id, starts_at)
);
create index free_hours_starts_idx on free_hours (starts_at);

-- Until when free_hours is complete, and when it was last worked out.
create table free_hours_read (
    social_worker_id uuid primary key references social_workers on delete cascade,
    known_until      timestamptz not null,
    read_at          timestamptz not null
);

-- Whose agenda changed since: a line in the transaction of every change, by whatever
-- act. It names no key of another table, so that writing it waits for nobody.
create table hours_changed (
    id               bigint generated always as identity primary key,
    social_worker_id uuid not null
);

-- +goose StatementBegin
create function note_hours_changed() returns trigger language plpgsql as $$
begin
    insert into hours_changed (social_worker_id) select distinct social_worker_id from changed;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function note_skips_changed() returns trigger language plpgsql as $$
begin
    insert into hours_changed (social_worker_id)
    select distinct o.social_worker_id from changed join openings o on o.id = changed.opening_id;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function note_worker_changed() returns trigger language plpgsql as $$
begin
    insert into hours_changed (social_worker_id) select account_id from changed;
    return null;
end $$;
-- +goose StatementEnd

-- Every table that a worker's free hours depend on.
-- +goose StatementBegin
do $$
declare kept text;
begin
    foreach kept in array array['appointments', 'openings', 'absences', 'weekly_absences', 'open_holidays', 'external_busy', 'credentials'] loop
        execute format('create trigger note_inserted after insert on %I referencing new table as changed for each statement execute function note_hours_changed()', kept);
        execute format('create trigger note_updated after update on %I referencing new table as changed for each statement execute function note_hours_changed()', kept);
        execute format('create trigger note_deleted after delete on %I referencing old table as changed for each statement execute function note_hours_changed()', kept);
    end loop;
end $$;
-- +goose StatementEnd
create trigger note_inserted after insert on opening_skips referencing new table as changed for each statement execute function note_skips_changed();
create trigger note_deleted after delete on opening_skips referencing old table as changed for each statement execute function note_skips_changed();
create trigger note_inserted after insert on social_workers referencing new table as changed for each statement execute function note_worker_changed();
create trigger note_updated after update on social_workers referencing new table as changed for each statement execute function note_worker_changed();
