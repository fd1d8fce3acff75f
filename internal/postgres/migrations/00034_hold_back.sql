-- +goose Up
-- When a code's uses, rounded as figures are, reached its limit, rounded too: that is
-- what is said of them, once the month is published (R10).
alter table connection_codes add column nearly_used_at timestamptz;
update connection_codes set nearly_used_at = now() where uses >= max_uses - max_uses % 5;

-- +goose Down
alter table connection_codes drop column nearly_used_at;
