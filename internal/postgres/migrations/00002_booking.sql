-- +goose Up
-- Agendas: openings are wall-clock times in the worker's zone; appointments are
-- instants. Two exclusion constraints are the last word on R13.

create extension if not exists btree_gist;

create table reasons (
    slug     text primary key,
    label    text not null,
    position int not null
);
insert into reasons (slug, label, position) values
    ('money', 'Budget et argent', 1),
    ('housing', 'Logement', 2),
    ('family', 'Famille', 3),
    ('caregiving', 'Proche à aider', 4),
    ('disability', 'Handicap', 5),
    ('retirement', 'Retraite', 6);

create table social_workers (
    account_id   uuid primary key references accounts,
    presentation text not null,
    languages    text[] not null check (cardinality(languages) > 0),
    reasons      text[] not null check (cardinality(reasons) > 0),
    modes        text[] not null check (cardinality(modes) > 0),
    place        text not null,
    time_zone    text not null
);

-- A weekly opening has a weekday (ISO, 1 is Monday) and dates between which it
-- holds; a one-off opening has its day. Times are minutes since midnight on the
-- worker's clock; an hour that starts before midnight may end after it.
create table openings (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    weekday          smallint check (weekday between 1 and 7),
    first_day        date not null,
    last_day         date,
    starts_minute    smallint not null check (starts_minute >= 0),
    ends_minute      smallint not null check (ends_minute <= 1500),
    modes            text[] not null check (cardinality(modes) > 0),
    check (starts_minute < ends_minute),
    check (weekday is not null or last_day = first_day),
    check (last_day is null or first_day <= last_day)
);
create index openings_worker_idx on openings (social_worker_id);

create table absences (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    period           tstzrange not null check (not isempty(period))
);
create index absences_worker_idx on absences using gist (social_worker_id, period);

create table appointments (
    id                uuid primary key default gen_random_uuid(),
    social_worker_id  uuid not null references social_workers,
    beneficiary_id    uuid not null references accounts,
    period            tstzrange not null,
    mode              text not null check (mode in ('video', 'phone', 'in_person')),
    reason            text not null references reasons,
    place             text not null,
    sealed_note       bytea,
    sealed_reply      bytea, -- what was said when cancelling
    status            text not null check (status in ('confirmed', 'cancelled', 'cancelled_late', 'cancelled_by_worker')),
    sequence          int not null default 0,
    booked_at         timestamptz not null,
    cancelled_at      timestamptz,
    constraint appointments_one_hour check (upper(period) - lower(period) = interval '1 hour'),
    constraint appointments_worker_overlap
        exclude using gist (social_worker_id with =, period with &&) where (status = 'confirmed'),
    constraint appointments_beneficiary_overlap
        exclude using gist (beneficiary_id with =, period with &&) where (status = 'confirmed')
);
create index appointments_worker_idx on appointments (social_worker_id, lower(period));
create index appointments_beneficiary_idx on appointments (beneficiary_id, lower(period));

-- +goose Down
drop table appointments, absences, openings, social_workers, reasons;
