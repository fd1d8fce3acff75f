-- +goose Up
-- An appointment may begin as a request that holds its hour until it is answered
-- (R19), and ends as held or as a no-show. It occupies its hour in every one of
-- these states; the last word on R13 counts them all.

alter table appointments
    drop constraint appointments_status_check,
    drop constraint appointments_worker_overlap,
    drop constraint appointments_beneficiary_overlap,
    add column answer_by timestamptz, -- until when a request holds its hour
    add constraint appointments_status_check check (status in ('confirmed', 'requested', 'declined', 'expired',
        'cancelled', 'cancelled_late', 'cancelled_by_worker', 'held', 'no_show')),
    add constraint appointments_answer_by_check check (status <> 'requested' or answer_by is not null),
    add constraint appointments_worker_overlap
        exclude using gist (social_worker_id with =, period with &&) where (status in ('confirmed', 'requested', 'held', 'no_show')),
    add constraint appointments_beneficiary_overlap
        exclude using gist (beneficiary_id with =, period with &&) where (status in ('confirmed', 'requested', 'held', 'no_show'));

-- No predicate can name the present: overdue requests are found here, and released.
create index appointments_requested_idx on appointments (answer_by) where status = 'requested';

-- +goose Down
update appointments set status = case when status in ('held', 'no_show') then 'confirmed' else 'cancelled' end
where status in ('requested', 'declined', 'expired', 'held', 'no_show');
drop index appointments_requested_idx;
alter table appointments
    drop constraint appointments_beneficiary_overlap,
    drop constraint appointments_worker_overlap,
    drop constraint appointments_answer_by_check,
    drop constraint appointments_status_check,
    drop column answer_by,
    add constraint appointments_status_check check (status in ('confirmed', 'cancelled', 'cancelled_late', 'cancelled_by_worker')),
    add constraint appointments_worker_overlap
        exclude using gist (social_worker_id with =, period with &&) where (status = 'confirmed'),
    add constraint appointments_beneficiary_overlap
        exclude using gist (beneficiary_id with =, period with &&) where (status = 'confirmed');
