-- +goose Up
-- The session that was shown a secret which no code has confirmed yet: no other one
-- confirms it. Null once it is confirmed.
alter table totp add column session bytea;

-- +goose Down
alter table totp drop column session;
