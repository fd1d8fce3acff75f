-- +goose Up
-- Social workers: their sheets, the places where they meet people, what lets them be
-- booked, and how much somebody may look at.

-- What one may ask for. A reason that is no longer offered still names what was booked.
create table reasons (
    slug     text primary key check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
    label    text not null check (length(label) between 1 and 60),
    position int not null,
    retired  boolean not null default false,
    -- Somebody who cannot name what they need can always book.
    constraint reasons_other_check check (slug <> 'other' or not retired)
);
create unique index reasons_label_key on reasons (lower(label));
insert into reasons (slug, label, position) values
    ('money', 'Budget et argent', 1),
    ('housing', 'Logement', 2),
    ('family', 'Famille', 3),
    ('caregiving', 'Proche à aider', 4),
    ('disability', 'Handicap', 5),
    ('retirement', 'Retraite', 6),
    ('other', 'Autre chose, ou je ne sais pas', 7);

-- A worker's sheet, and the settings of their agenda: room around appointments, how
-- soon and how late one books, how many a day.
create table social_workers (
    account_id       uuid primary key references accounts,
    presentation     text not null,
    languages        text[] not null check (cardinality(languages) > 0),
    reasons          text[] not null check ('other' = any(reasons)), -- which every worker takes
    modes            text[] not null check (cardinality(modes) > 0),
    portrait_version text not null default '',
    time_zone        text not null,
    holiday_region   text not null default 'metropole',
    buffer_before    smallint not null default 0 check (buffer_before between 0 and 60),
    buffer_after     smallint not null default 0 check (buffer_after between 0 and 60),
    lead_time_hours  smallint not null default 2 check (lead_time_hours between 0 and 336),
    horizon_weeks    smallint not null default 26 check (horizon_weeks between 1 and 26),
    per_day          smallint not null default 0 check (per_day between 0 and 24), -- 0 is no limit
    overrun_minutes  smallint not null default 15 check (overrun_minutes between 0 and 15), -- of a call whose worker has no next appointment
    shown_number     text not null default '' check (length(shown_number) <= 20), -- which number people see when the worker calls; empty: none
    awaited_mobile   text not null default '' check (length(awaited_mobile) <= 20) -- to which an SMS says too that somebody waits in the call
);

-- Apart from the sheets, so that a list of these never reads a picture.
create table portraits (
    account_id uuid primary key references social_workers on delete cascade,
    jpeg       bytea not null check (length(jpeg) between 1 and 200000)
);

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

-- What lets a worker be booked (R42): the registration of the diploma and the
-- professional insurance. A line is never changed but to be confirmed or
-- withdrawn; an hour is covered by any line that stands on its day. Days are
-- calendar days in the worker's zone, both included.
create table credentials (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    kind             text not null check (kind in ('diploma', 'insurance')),
    title            text not null default '' check (length(title) <= 120),
    register         text not null default '' check (register in ('', 'rpps', 'adeli')),
    number           text not null check (length(number) between 1 and 60),
    issuer           text not null check (length(issuer) between 1 and 120),
    checked_on       date,
    valid_from       date,
    valid_until      date,
    submitted_by     uuid,
    submitted_at     timestamptz not null,
    confirmed_by     uuid,
    confirmed_at     timestamptz,
    withdrawn_by     uuid,
    withdrawn_at     timestamptz,
    check (valid_from <= valid_until),
    check (kind <> 'insurance' or valid_from is not null and valid_until is not null),
    check (kind <> 'diploma' or register <> '' and checked_on is not null)
);
create index credentials_worker_idx on credentials (social_worker_id);

-- Which announcements of the end of credentials were sent: each once.
create table credential_announcements (
    social_worker_id uuid not null references social_workers,
    kind             text not null,
    valid_until      date not null,
    step             int not null,
    sent_at          timestamptz not null,
    primary key (social_worker_id, kind, valid_until, step)
);

-- What each person has looked at in a day: a worker's sheet, week then being empty, or
-- a week of the worker's agenda (R45). A crash may lose it.
create unlogged table sheet_views (
    account_id       uuid not null references accounts on delete cascade,
    social_worker_id uuid not null,
    week             text not null check (length(week) <= 8),
    viewed_at        timestamptz not null,
    primary key (account_id, social_worker_id, week)
);
create index sheet_views_viewed_idx on sheet_views (viewed_at);
