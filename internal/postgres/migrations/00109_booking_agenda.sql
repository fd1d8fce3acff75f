-- +goose Up
-- When a worker can be booked. Openings and weekly absences are on the worker's wall
-- clock, in minutes since midnight: nine stays nine across clock changes.

-- A weekly opening has a weekday (ISO, 1 is Monday) and dates between which it
-- holds, every week or every other one, from the week of first_day on; a one-off opening has its day. An hour that starts before midnight may end
-- after it. place_id is where one meets; null is the first of the worker's places.
create table openings (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    weekday          smallint check (weekday between 1 and 7),
    every_weeks      smallint not null default 1 check (every_weeks in (1, 2)),
    first_day        date not null,
    last_day         date,
    starts_minute    smallint not null check (starts_minute >= 0),
    ends_minute      smallint not null check (ends_minute <= 1500),
    modes            text[] not null check (cardinality(modes) > 0),
    place_id         uuid references places on delete set null,
    check (starts_minute < ends_minute),
    check (weekday is not null or last_day = first_day and every_weeks = 1),
    check (last_day is null or first_day <= last_day)
);
create index openings_worker_idx on openings (social_worker_id);
create index openings_place_idx on openings (place_id) where place_id is not null;

-- Days on which a weekly opening does not hold.
create table opening_skips (
    opening_id uuid not null references openings on delete cascade,
    day        date not null,
    primary key (opening_id, day)
);

create table absences (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    period           tstzrange not null check (not isempty(period)),
    cancelled        boolean not null default false -- the hour of an appointment that the worker cancelled (R20)
);
create index absences_worker_idx on absences using gist (social_worker_id, period);

-- Absences that come back every week.
create table weekly_absences (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    weekday          smallint not null check (weekday between 1 and 7),
    first_day        date not null,
    last_day         date,
    starts_minute    smallint not null check (starts_minute >= 0),
    ends_minute      smallint not null check (ends_minute <= 1440),
    check (starts_minute < ends_minute),
    check (last_day is null or first_day <= last_day)
);
create index weekly_absences_worker_idx on weekly_absences (social_worker_id);

-- Holidays on which a worker can be booked all the same.
create table open_holidays (
    social_worker_id uuid not null references social_workers on delete cascade,
    day              date not null,
    primary key (social_worker_id, day)
);
