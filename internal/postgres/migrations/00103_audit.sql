-- +goose Up
-- The journal of what staff decide and open. Each line holds the hash of the one
-- before it, so that a line that was changed, taken out or put in shows (R39). It
-- names accounts and things by identifier and holds no text about anybody: it
-- outlives an erasure.
create table audit_entries (
    id            bigint primary key,
    at            timestamptz not null,
    actor_id      uuid,
    act           text not null,
    subject_id    uuid,
    object_id     uuid,
    previous_hash bytea not null,
    hash          bytea not null unique
);
create index audit_entries_subject_idx on audit_entries (subject_id, id);

-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the journal only grows';
end $$;
-- +goose StatementEnd
create trigger audit_entries_append_only before update or delete on audit_entries
    for each statement execute function refuse_change();
-- Emptying the table deletes no row in the eyes of the trigger above.
create trigger audit_entries_never_emptied before truncate on audit_entries
    for each statement execute function refuse_change();
