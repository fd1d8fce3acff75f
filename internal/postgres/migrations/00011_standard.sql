-- +goose Up
-- People whom the switchboard signs up (R4), and people without an e-mail
-- address, who sign in with a code sent to their mobile.

alter table accounts alter column email drop not null;
alter table accounts
    add column mobile_validated_at timestamptz,
    add constraint accounts_reached_check check (email is not null or (role = 'beneficiary' and mobile is not null));

-- Without an address the mobile is who one is; with one, a household may share it.
create unique index accounts_mobile_key on accounts (mobile) where email is null;

-- What likely doubles are found by (R5): names without case, accents and hyphens,
-- addresses without case and dots.
create function person_key(name text) returns text language sql immutable strict parallel safe as $$
    select lower(translate(name, 'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäåçèéêëìíîïñòóôõöùúûüýÿ''’-', 'AAAAAACEEEEIIIINOOOOOUUUUYYaaaaaaceeeeiiiinooooouuuuyy   '))
$$;
create function address_key(email text) returns text language sql immutable strict parallel safe as $$
    select lower(replace(split_part(email, '@', 1), '.', '') || '@' || split_part(email, '@', 2))
$$;
alter table accounts
    add column name_key text not null generated always as (person_key(first_name || ' ' || last_name)) stored,
    add column surname_key text not null generated always as (person_key(last_name || ' ' || first_name)) stored,
    add column email_key text generated always as (address_key(email)) stored;
create index accounts_mobile_idx on accounts (mobile);
create index accounts_name_key_idx on accounts (name_key text_pattern_ops);
create index accounts_surname_key_idx on accounts (surname_key text_pattern_ops);
create index accounts_email_key_idx on accounts (email_key);

create table assisted_signups (
    account_id   uuid primary key references accounts on delete cascade,
    operator_id  uuid references accounts on delete set null,
    created_at   timestamptz not null
);
create index assisted_signups_operator_idx on assisted_signups (operator_id, created_at desc);

-- One request to sign in by SMS. account_id is null where nobody has the number:
-- the request is then answered alike. The code is made as it is sent.
create table sms_challenges (
    id          uuid primary key default gen_random_uuid(),
    token_hash  bytea not null unique,
    account_id  uuid references accounts on delete cascade,
    sealed_code bytea,
    tries       int not null default 0,
    expires_at  timestamptz not null,
    used_at     timestamptz
);

-- +goose Down
-- Fails while somebody has no address, rather than lose their account.
alter table accounts alter column email set not null;
drop table sms_challenges, assisted_signups;
drop index accounts_mobile_key, accounts_mobile_idx;
alter table accounts drop constraint accounts_reached_check, drop column mobile_validated_at, drop column name_key, drop column surname_key, drop column email_key;
drop function person_key(text);
drop function address_key(text);
