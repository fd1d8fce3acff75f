-- +goose Up
-- What else shapes a worker's agenda: holidays by region, room around
-- appointments, how soon and how late one books, how many a day, absences that
-- come back every week, and single days left out of a weekly opening.

alter table social_workers
    add column holiday_region text not null default 'metropole',
    add column buffer_before  smallint not null default 0 check (buffer_before between 0 and 60),
    add column buffer_after   smallint not null default 0 check (buffer_after between 0 and 60),
    add column notice_hours   smallint not null default 0 check (notice_hours between 0 and 336),
    add column horizon_weeks  smallint not null default 26 check (horizon_weeks between 1 and 26),
    add column per_day        smallint not null default 0 check (per_day between 0 and 24); -- 0 is no limit

update social_workers set holiday_region = case time_zone
    when 'America/Guadeloupe' then 'guadeloupe'
    when 'America/Martinique' then 'martinique'
    when 'America/Cayenne' then 'guyane'
    when 'Indian/Reunion' then 'reunion'
    when 'Indian/Mayotte' then 'mayotte'
    when 'America/Miquelon' then 'saint-pierre-et-miquelon'
    when 'Pacific/Noumea' then 'nouvelle-caledonie'
    when 'Pacific/Tahiti' then 'polynesie-francaise'
    when 'Pacific/Wallis' then 'wallis-et-futuna'
    else 'metropole' end;

-- Holidays on which a worker can be booked all the same.
create table open_holidays (
    social_worker_id uuid not null references social_workers on delete cascade,
    day              date not null,
    primary key (social_worker_id, day)
);

-- Wall-clock times in the worker's zone, as openings are.
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

-- Days on which a weekly opening does not hold.
create table opening_skips (
    opening_id uuid not null references openings on delete cascade,
    day        date not null,
    primary key (opening_id, day)
);

-- +goose Down
drop table opening_skips, weekly_absences, open_holidays;
alter table social_workers
    drop column per_day,
    drop column horizon_weeks,
    drop column notice_hours,
    drop column buffer_after,
    drop column buffer_before,
    drop column holiday_region;
