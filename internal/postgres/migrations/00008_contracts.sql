-- +goose Up
-- What a client's contract allows, what it allowed before, and codes with a limit
-- and an end of their own (R9).

alter table clients
    add column modes    text[] not null default '{video,phone,in_person}',
    add column per_year int constraint clients_per_year_check check (per_year between 1 and 366),
    add column sites    text[] not null default '{}',
    add constraint clients_modes_check check (cardinality(modes) > 0 and modes <@ '{video,phone,in_person}'::text[]),
    add constraint clients_sites_check check (cardinality(sites) <= 50);
alter table clients alter column modes drop default, alter column sites drop default;

-- The terms that held until changed_at.
create table contract_changes (
    id         bigint generated always as identity primary key,
    client_id  uuid not null references clients,
    changed_at timestamptz not null,
    changed_by uuid,
    starts_on  date not null,
    ends_on    date not null,
    modes      text[] not null,
    per_year   int
);
create index contract_changes_client_idx on contract_changes (client_id, id);

-- Uses are counted only where there is a limit: nothing else needs the number.
alter table connection_codes
    add column id          uuid not null default gen_random_uuid() constraint connection_codes_id_key unique,
    add column max_uses    int constraint connection_codes_max_uses_check check (max_uses > 0),
    add column uses        int not null default 0,
    add column site        text not null default '' check (length(site) <= 80),
    add column label       text not null default '' check (length(label) <= 60),
    add column revoked_at  timestamptz,
    add column replaced_by uuid references connection_codes (id),
    add constraint connection_codes_uses_check check (uses between 0 and coalesce(max_uses, 0));

-- +goose Down
alter table connection_codes
    drop column replaced_by, drop column revoked_at, drop column label, drop column site, drop column uses, drop column max_uses, drop column id;
drop table contract_changes;
alter table clients drop column modes, drop column per_year, drop column sites;
