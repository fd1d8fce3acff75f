-- +goose Up
-- A worker's agenda for their own calendar program, at an address that only they
-- know: what is kept of it is a hash.
create table agenda_feeds (
    social_worker_id uuid primary key references social_workers on delete cascade,
    token_hash       bytea not null unique,
    shows            text not null check (shows in ('nothing', 'initials', 'names')),
    made_at          timestamptz not null,
    read_at          timestamptz,
    window_began_at  timestamptz not null, -- how often it was read since then
    reads            int not null default 0
);

-- +goose Down
drop table agenda_feeds;
