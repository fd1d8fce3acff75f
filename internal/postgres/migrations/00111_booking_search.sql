-- +goose Up
-- Who is available first.

-- Each worker's next available slots, computed from the agenda whenever it changes. They
-- order workers by their first slot and show which slots were released. Every slot is
-- checked against the agenda again before it is shown or booked.
create table available_slots (
    social_worker_id uuid not null references social_workers on delete cascade,
    starts_at        timestamptz not null,
    modes            text[] not null,
    primary key (social_worker_id, starts_at)
);
create index available_slots_starts_idx on available_slots (starts_at);

-- Until when available_slots is complete, and when it was last computed.
create table available_slots_refreshes (
    social_worker_id uuid primary key references social_workers on delete cascade,
    known_until      timestamptz not null,
    refreshed_at     timestamptz not null
);

-- What somebody looks for, kept with their session and gone with it: a need never stands
-- in an address. person_id is whom the search is for, who may be another than who signed
-- in; it is sealed with that person's key.
create table search_choices (
    session_hash bytea not null references sessions (id_hash) on delete cascade,
    person_id    uuid not null references accounts on delete cascade,
    sealed       bytea not null,
    primary key (session_hash, person_id)
);
create index search_choices_person_idx on search_choices (person_id);

-- Whose agenda changed since: one row in the transaction of every change. No foreign key,
-- so that inserting takes no lock on social_workers.
create table agenda_changes (
    id               bigint generated always as identity primary key,
    social_worker_id uuid not null
);

-- +goose StatementBegin
create function record_agenda_change() returns trigger language plpgsql as $$
begin
    insert into agenda_changes (social_worker_id) select distinct social_worker_id from changed;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function record_skips_change() returns trigger language plpgsql as $$
begin
    insert into agenda_changes (social_worker_id)
    select distinct o.social_worker_id from changed join openings o on o.id = changed.opening_id;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function record_worker_change() returns trigger language plpgsql as $$
begin
    insert into agenda_changes (social_worker_id) select account_id from changed;
    return null;
end $$;
-- +goose StatementEnd

-- Every table that a worker's available slots depend on.
-- +goose StatementBegin
do $$
declare source text;
begin
    foreach source in array array['appointments', 'openings', 'absences', 'weekly_absences', 'open_holidays', 'external_busy', 'credentials'] loop
        execute format('create trigger record_inserted after insert on %I referencing new table as changed for each statement execute function record_agenda_change()', source);
        execute format('create trigger record_updated after update on %I referencing new table as changed for each statement execute function record_agenda_change()', source);
        execute format('create trigger record_deleted after delete on %I referencing old table as changed for each statement execute function record_agenda_change()', source);
    end loop;
end $$;
-- +goose StatementEnd
create trigger record_inserted after insert on opening_skips referencing new table as changed for each statement execute function record_skips_change();
create trigger record_deleted after delete on opening_skips referencing old table as changed for each statement execute function record_skips_change();
create trigger record_inserted after insert on social_workers referencing new table as changed for each statement execute function record_worker_change();
create trigger record_updated after update on social_workers referencing new table as changed for each statement execute function record_worker_change();
