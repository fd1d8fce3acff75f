-- +goose Up
-- What a person sees of their sessions, known devices, and links that set a new
-- password or change the address.

-- id is what pages call a session: it opens nothing, the cookie's hash is another.
-- device is a browser and a system in words; what a browser sends is not kept.
alter table sessions
    add column id            uuid not null default gen_random_uuid() constraint sessions_id_key unique,
    add column shared_device boolean not null default false,
    add column device        text not null default '' check (length(device) <= 80);

create table known_devices (
    token_hash bytea primary key,
    account_id uuid not null references accounts on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index known_devices_account_idx on known_devices (account_id, created_at);

alter table accounts add column pending_email text check (length(pending_email) <= 254);

-- new_email binds a link to the address that it was sent to; replaced_email is
-- the one that it replaced, to be told.
alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens
    add column new_email      text check (length(new_email) <= 254),
    add column replaced_email text check (length(replaced_email) <= 254),
    add constraint account_tokens_purpose_check check (purpose in ('validation', 'invitation', 'password', 'email')),
    add constraint account_tokens_email_check check ((purpose = 'email') = (new_email is not null));

-- +goose Down
delete from account_tokens where purpose in ('password', 'email');
alter table account_tokens drop constraint account_tokens_email_check, drop constraint account_tokens_purpose_check,
    drop column new_email, drop column replaced_email;
alter table account_tokens add constraint account_tokens_purpose_check check (purpose in ('validation', 'invitation'));
alter table accounts drop column pending_email;
drop table known_devices;
alter table sessions drop column id, drop column shared_device, drop column device;
