-- +goose Up
-- The session that was shown a secret which no code has confirmed yet: no other one
-- confirms it. Null once it is confirmed.
alter table totp add column session bytea;

-- Whether somebody signed up with an address and nobody has proved it yet: any
-- number of those wait side by side, and the first whose link is opened becomes the
-- address's one account.
alter table accounts add column unproved boolean not null generated always as
    (role = 'beneficiary' and email is not null and email_validated_at is null and password_hash is not null) stored;
drop index accounts_email_key;
create unique index accounts_email_key on accounts (lower(email)) where not unproved;
create index accounts_unproved_idx on accounts (lower(email)) where unproved;

-- +goose Down
-- Fails while two wait with one address, rather than choose between them.
drop index accounts_email_key, accounts_unproved_idx;
create unique index accounts_email_key on accounts (lower(email));
alter table accounts drop column unproved;
alter table totp drop column session;
