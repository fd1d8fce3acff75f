-- +goose Up
-- What a client sees of its people is drawn once, with noise, when it is published,
-- and kept; the count behind it goes (R10).

-- The first day from which figures of a client are published.
alter table clients add column figures_since date;
update clients set figures_since = date_trunc('year', now() at time zone 'Europe/Paris');
alter table clients alter column figures_since set not null;

-- A published line of a table: how many steps are shown, 0 being the least.
create table published_figures (
    client_id uuid not null references clients,
    kind      text not null check (kind in ('account', 'mode', 'reason')),
    period    date not null,
    line      text not null,
    steps     int not null check (steps >= 0),
    primary key (client_id, kind, period, line),
    check (extract(day from period) = 1 and (kind = 'account' or extract(month from period) = 1))
);

-- The months of accounts that were shown stay as they were shown, empty ones too.
insert into published_figures (client_id, kind, period, line, steps)
select c.id, 'account', m.month, 'opened', case when f.people >= 10 then f.people / 5 - 1 else 0 end
from clients c
cross join lateral (select generate_series(date_trunc('month', c.starts_on), least(c.ends_on, now()), interval '1 month')::date as month) m
left join client_figures f on f.client_id = c.id and f.month = m.month and f.kind = 'account'
where (m.month + interval '1 month 9 days') at time zone 'Europe/Paris' <= now();

-- What is not published yet is counted on; modes and reasons, which were counted by
-- month, begin anew.
delete from client_figures f where kind <> 'account' or (month + interval '1 month 9 days') at time zone 'Europe/Paris' <= now();
alter table client_figures rename column month to period;
alter table client_figures add constraint client_figures_period_check check (kind = 'account' or extract(month from period) = 1);

-- Until when the hours of appointments were looked at, to be counted, and who was
-- counted in a year.
create table hours_counted (
    only_one boolean primary key default true check (only_one),
    until    timestamptz not null
);
create table counted_people (
    beneficiary_id uuid not null references accounts on delete cascade,
    year           smallint not null,
    primary key (beneficiary_id, year)
);
create index counted_people_year_idx on counted_people (year);
create index appointments_began_idx on appointments (lower(period));

-- +goose Down
drop index appointments_began_idx;
drop table counted_people, hours_counted;
delete from client_figures where kind <> 'account';
alter table client_figures drop constraint client_figures_period_check;
alter table client_figures rename column period to month;
drop table published_figures;
alter table clients drop column figures_since;
