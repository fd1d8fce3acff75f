-- +goose Up
-- All roles of the platform, and the journal of what staff decide and open.

alter table accounts drop constraint accounts_role_check, drop constraint accounts_check;
alter table accounts
    add constraint accounts_role_check check (role in ('beneficiary', 'social_worker', 'switchboard', 'client_manager', 'administrator', 'dpo')),
    add constraint accounts_client_check check ((role in ('beneficiary', 'client_manager')) = (client_id is not null));

-- Each line holds the hash of the one before it, so that a line that was changed,
-- taken out or put in shows (R39). It names accounts and things by identifier and
-- holds no text about anybody: it outlives an erasure.
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

-- +goose Down
drop table audit_entries;
drop function refuse_change;
alter table accounts drop constraint accounts_role_check, drop constraint accounts_client_check;
alter table accounts
    add constraint accounts_role_check check (role in ('beneficiary', 'social_worker', 'administrator')),
    add constraint accounts_check check ((role = 'beneficiary') = (client_id is not null));
