-- +goose Up
-- One hour of two people.

-- An appointment may begin as a request that holds its hour until it is answered
-- (R19), and ends as held or as a no-show. It occupies its hour in every one of these
-- states. What was written is sealed with the beneficiary's key. What it was about
-- goes with the person who is erased; that it took place stays.
create table appointments (
    id               uuid primary key default gen_random_uuid(),
    social_worker_id uuid not null references social_workers,
    beneficiary_id   uuid not null references accounts,
    period           tstzrange not null,
    mode             text not null check (mode in ('video', 'phone', 'in_person')),
    reason           text references reasons,
    place            text not null, -- in its own words
    place_id         uuid references places,
    status           text not null check (status in ('confirmed', 'requested', 'declined', 'expired',
        'cancelled', 'cancelled_late', 'cancelled_by_worker', 'held', 'no_show')),
    answer_by        timestamptz, -- until when a request holds its hour
    sealed_note      bytea,
    sealed_needs     bytea, -- interpreter, accessibility, a third person
    sealed_reply     bytea, -- what was said when cancelling
    voicemail        boolean not null default false, -- whether the worker may leave a voice message (R24)
    tried_at         timestamptz[] not null default '{}', -- when the worker called, and nobody answered (R24)
    sequence         int not null default 0,
    booked_at        timestamptz not null,
    cancelled_at     timestamptz,
    -- For the calendars that it was taken into (RFC 5545, 3.8.7.3), whichever act
    -- changed it.
    changed_at       timestamptz not null default platform_now(),
    constraint appointments_answer_by_check check (status <> 'requested' or answer_by is not null),
    constraint appointments_tried check (cardinality(tried_at) <= 3 and lower(period) <= all (tried_at) and upper(period) > all (tried_at)),
    constraint appointments_one_hour check (upper(period) - lower(period) = interval '1 hour'),
    constraint appointments_whole_minute check (date_trunc('minute', lower(period) at time zone 'UTC') = lower(period) at time zone 'UTC'),
    -- The last word on R13, whatever the code believed: nobody has two at a time.
    constraint appointments_worker_overlap
        exclude using gist (social_worker_id with =, period with &&) where (status in ('confirmed', 'requested', 'held', 'no_show')),
    constraint appointments_beneficiary_overlap
        exclude using gist (beneficiary_id with =, period with &&) where (status in ('confirmed', 'requested', 'held', 'no_show'))
);
create index appointments_worker_idx on appointments (social_worker_id, lower(period));
create index appointments_beneficiary_idx on appointments (beneficiary_id, lower(period));
create index appointments_place_idx on appointments (place_id) where place_id is not null;
create index appointments_began_idx on appointments (lower(period));
-- Reminders are planned from the appointments themselves.
create index appointments_coming_idx on appointments (lower(period)) where status = 'confirmed';
-- No predicate can name the present: overdue requests are found here, and released.
create index appointments_requested_idx on appointments (answer_by) where status = 'requested';

-- +goose StatementBegin
create function appointment_changed() returns trigger language plpgsql as $$
begin
    new.changed_at := platform_now();
    return new;
end $$;
-- +goose StatementEnd
create trigger appointments_changed before update on appointments
    for each row when (old.* is distinct from new.*) execute function appointment_changed();

-- How far the switchboard is with the search for an interpreter who was asked for (R12).
-- Which language is in the appointment, sealed. It goes a day after the appointment.
create table interpreter_searches (
    appointment_id uuid primary key references appointments on delete cascade,
    beneficiary_id uuid not null references accounts on delete cascade,
    state          text not null check (state in ('to_find', 'found', 'none'))
);
create index interpreter_searches_beneficiary_idx on interpreter_searches (beneficiary_id);

-- What a worker reports to the administration is about an appointment of theirs.
alter table account_reports add foreign key (appointment_id) references appointments;

-- While a line stands, what this person books with this worker is a request (R19).
-- The worker clears it; nothing else does.
create table late_marks (
    social_worker_id uuid not null references social_workers,
    beneficiary_id   uuid not null references accounts on delete cascade,
    marked_at        timestamptz not null, -- the latest time
    primary key (social_worker_id, beneficiary_id)
);

-- How many acts each person has made with their appointments within a span of time.
create table booking_acts (
    account_id uuid primary key references accounts on delete cascade,
    began      timestamptz not null,
    acts       int not null
);

-- Until when the hours of appointments were looked at, to be counted for the clients'
-- figures, and who was counted in a year (R10).
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
