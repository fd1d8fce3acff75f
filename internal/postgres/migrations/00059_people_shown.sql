-- +goose Up
-- Whom each operator of the switchboard was shown on a day, on their own calendar: as
-- many as one day's work takes, and an alarm before that.
create table shown_days (
    operator_id uuid not null,
    day         date not null,
    alarmed_at  timestamptz,
    primary key (operator_id, day)
);
create table people_shown (
    operator_id uuid not null,
    day         date not null,
    person_id   uuid not null references accounts on delete cascade,
    primary key (operator_id, day, person_id),
    foreign key (operator_id, day) references shown_days on delete cascade
);
create index people_shown_person_idx on people_shown (person_id);

-- +goose Down
drop table people_shown, shown_days;
