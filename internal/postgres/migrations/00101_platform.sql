-- +goose Up
-- What every other file builds on.

-- An identifier and a span of time in one index: what keeps hours from overlapping.
create extension if not exists btree_gist;

-- The platform's clock. It is the machine's, except where a demonstration or a test
-- moved it: socialdirect.ahead is then a setting of the whole database.
-- +goose StatementBegin
create function platform_now() returns timestamptz language sql stable as $$
    select now() + coalesce(nullif(current_setting('socialdirect.ahead', true), ''), '0')::interval
$$;
-- +goose StatementEnd
