-- +goose Up
-- Figures and limits of codes get noise, drawn from a key that never changes (R10).

-- By what the key of the noise is recognised.
create table noise_keys (
    only_one boolean primary key default true check (only_one),
    digest   bytea not null
);

-- A code may be used a few times more, or less, than its limit says.
alter table connection_codes
    drop column nearly_used_at,
    drop constraint connection_codes_uses_check,
    add constraint connection_codes_uses_check check (uses >= 0 and (uses = 0 or max_uses is not null));

-- +goose Down
update connection_codes set uses = least(uses, max_uses) where max_uses is not null;
alter table connection_codes
    add column nearly_used_at timestamptz,
    drop constraint connection_codes_uses_check,
    add constraint connection_codes_uses_check check (uses between 0 and coalesce(max_uses, 0));
drop table noise_keys;
