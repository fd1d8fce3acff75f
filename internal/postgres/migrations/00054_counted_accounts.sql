-- +goose Up
-- Whether somebody's account is counted in the figures of their client: once in its
-- life, however often an address or a mobile of theirs is proved (R10).
alter table accounts add column counted boolean not null default false;
update accounts set counted = true where email_validated_at is not null or mobile_validated_at is not null;

-- +goose Down
alter table accounts drop column counted;
