-- +goose Up
-- Who pays: client companies, their contracts and connection codes, and what they see
-- of their people. Nothing here names a beneficiary.

-- A client and the contract that holds now.
create table clients (
    id            uuid primary key default gen_random_uuid(),
    name          text not null check (length(name) between 1 and 120),
    slug          text not null constraint clients_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    starts_on     date not null,
    ends_on       date not null,
    modes         text[] not null check (cardinality(modes) > 0 and modes <@ '{video,phone,in_person}'::text[]),
    per_year      int check (per_year between 1 and 366), -- consultations a person and year; null is no limit
    sites         text[] not null check (cardinality(sites) <= 50),
    -- The domains of the client's own mail, in their ASCII form: whoever signs up with
    -- an address of one is told that the client can read it.
    mail_domains  text[] not null default '{}' check (cardinality(mail_domains) <= 50),
    figures_since date not null, -- the first day from which figures are published
    created_at    timestamptz not null,
    check (starts_on <= ends_on)
);

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

-- What ties a new account to a client. Uses are counted only where there is a limit:
-- nothing else needs the number. A code may be used a few times more, or less, than
-- its limit says (R10).
create table connection_codes (
    id          uuid not null default gen_random_uuid() unique,
    code        text primary key,
    client_id   uuid not null references clients,
    label       text not null default '' check (length(label) <= 60),
    site        text not null default '' check (length(site) <= 80),
    max_uses    int check (max_uses > 0),
    uses        int not null default 0,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    revoked_at  timestamptz,
    replaced_by uuid references connection_codes (id),
    constraint connection_codes_uses_check check (uses >= 0 and (uses = 0 or max_uses is not null))
);
create index connection_codes_client_idx on connection_codes (client_id);

-- The keys with which a client's own systems ask for its figures.
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

-- Counts that are not published yet: people of a client in one line of one table, in
-- a month (accounts) or a year (modes and reasons). A count names nobody, crosses
-- nothing, and knows no time finer than its period (R10).
create table client_figures (
    client_id uuid not null references clients,
    period    date not null constraint client_figures_month_check check (extract(day from period) = 1),
    kind      text not null check (kind in ('account', 'mode', 'reason')),
    line      text not null,
    people    int not null check (people > 0),
    primary key (client_id, period, kind, line),
    constraint client_figures_period_check check (kind = 'account' or extract(month from period) = 1)
);

-- What a client sees: each line is drawn once, with noise, when it is published, and
-- kept; the count behind it goes. steps is how many are shown, 0 being the least.
create table published_figures (
    client_id uuid not null references clients,
    kind      text not null check (kind in ('account', 'mode', 'reason')),
    period    date not null,
    line      text not null,
    steps     int not null check (steps >= 0),
    primary key (client_id, kind, period, line),
    check (extract(day from period) = 1 and (kind = 'account' or extract(month from period) = 1))
);

-- By what the key of the noise, which never changes, is recognised.
create table noise_keys (
    only_one boolean primary key default true check (only_one),
    digest   bytea not null
);
