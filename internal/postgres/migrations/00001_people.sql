-- +goose Up
-- Who the platform's people are, who pays for them, and what they accepted.

create table clients (
    id         uuid primary key default gen_random_uuid(),
    name       text not null check (length(name) between 1 and 120),
    slug       text not null constraint clients_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    starts_on  date not null,
    ends_on    date not null,
    created_at timestamptz not null,
    check (starts_on <= ends_on)
);

create table connection_codes (
    code       text primary key,
    client_id  uuid not null references clients,
    expires_at timestamptz not null,
    created_at timestamptz not null
);
create index connection_codes_client_idx on connection_codes (client_id);

create table legal_texts (
    kind         text not null check (kind in ('terms', 'privacy')),
    version      text not null,
    markdown     text not null,
    starting     boolean not null,
    published_at timestamptz not null,
    primary key (kind, version)
);

create table accounts (
    id                 uuid primary key default gen_random_uuid(),
    role               text not null check (role in ('beneficiary', 'social_worker', 'administrator')),
    email              text not null check (length(email) <= 254),
    email_validated_at timestamptz,
    last_name          text not null,
    first_name         text not null,
    mobile             text,
    client_id          uuid references clients,
    password_hash      text,
    adult_declared_at  timestamptz,
    time_zone          text not null,
    created_at         timestamptz not null,
    check ((role = 'beneficiary') = (client_id is not null))
);
create unique index accounts_email_key on accounts (lower(email));

create table legal_acceptances (
    account_id  uuid not null references accounts on delete cascade,
    kind        text not null,
    version     text not null,
    wording     text not null,
    accepted_at timestamptz not null,
    primary key (account_id, kind, version),
    foreign key (kind, version) references legal_texts
);

create table sessions (
    id_hash       bytea primary key,
    account_id    uuid not null references accounts on delete cascade,
    second_factor boolean not null,
    created_at    timestamptz not null,
    seen_at       timestamptz not null,
    expires_at    timestamptz not null
);
create index sessions_account_idx on sessions (account_id);

create table account_tokens (
    token_hash bytea primary key,
    account_id uuid not null references accounts on delete cascade,
    purpose    text not null check (purpose in ('validation', 'invitation')),
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index account_tokens_account_idx on account_tokens (account_id);

create table totp (
    account_id    uuid primary key references accounts on delete cascade,
    sealed_secret bytea not null,
    confirmed_at  timestamptz,
    last_counter  bigint not null default 0
);

create table throttles (
    key           text primary key,
    failures      int not null,
    blocked_until timestamptz not null,
    seen_at       timestamptz not null
);

create table person_keys (
    person_id    uuid primary key,
    sealed_key   bytea,
    created_at   timestamptz not null,
    destroyed_at timestamptz,
    check ((sealed_key is null) = (destroyed_at is not null))
);

-- +goose Down
drop table person_keys, throttles, totp, account_tokens, sessions, legal_acceptances, accounts, legal_texts, connection_codes, clients;
