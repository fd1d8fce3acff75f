-- +goose Up
-- The places where a worker meets people. An appointment keeps its own words of
-- the place; its place_id only keeps what was used from being deleted under it.

create table places (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    name             text not null check (length(name) between 1 and 80),
    address          text not null check (length(address) between 1 and 300),
    access           text not null default '' check (length(access) <= 300),
    position         int not null,
    retired_at       timestamptz
);
create index places_worker_idx on places (social_worker_id, position);

insert into places (social_worker_id, name, address, position)
select account_id, 'Lieu de rendez-vous', left(place, 300), 1 from social_workers where place <> '';

alter table social_workers drop column place;

alter table appointments add column place_id uuid references places;
create index appointments_place_idx on appointments (place_id) where place_id is not null;

-- +goose Down
alter table appointments drop column place_id;
alter table social_workers add column place text not null default '';
update social_workers w set place = coalesce(
    (select left(p.address, 300) from places p where p.social_worker_id = w.account_id and p.retired_at is null order by p.position limit 1), '');
alter table social_workers alter column place drop default;
drop table places;
