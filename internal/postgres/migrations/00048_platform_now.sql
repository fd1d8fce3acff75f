-- +goose Up
-- The platform's clock. It is the machine's, but where a demonstration or a test moved
-- it: socialdirect.ahead is then a setting of the whole database.
-- +goose StatementBegin
create function platform_now() returns timestamptz language sql stable as $$
    select now() + coalesce(nullif(current_setting('socialdirect.ahead', true), ''), '0')::interval
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create or replace function appointment_changed() returns trigger language plpgsql as $$
begin
    new.changed_at := platform_now();
    return new;
end $$;
-- +goose StatementEnd
alter table appointments alter column changed_at set default platform_now();

-- +goose Down
alter table appointments alter column changed_at set default now();
-- +goose StatementBegin
create or replace function appointment_changed() returns trigger language plpgsql as $$
begin
    new.changed_at := now();
    return new;
end $$;
-- +goose StatementEnd
drop function platform_now();
