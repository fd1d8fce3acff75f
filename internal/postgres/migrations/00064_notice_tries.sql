-- +goose Up
-- Which try of its job has a notice in hand: what an earlier one comes back with counts
-- for nothing any more.
alter table notices add column try int not null default 0;

-- What was tried in time and never taken is dropped, and still to be told by phone.
drop index notices_lost_idx;
create index notices_lost_idx on notices (starts_at) where (state in ('failed', 'bounced') or cause = 'no_answer') and called_at is null;

-- Which job has the mail in hand that tells somebody of messages, and until
-- when it keeps other jobs from sending one too.
alter table message_notices add column job bigint not null default 0,
                            add column held_until timestamptz not null default to_timestamp(0);

-- From when on an object is being removed: no message claims it any more.
alter table uploads add column condemned_at timestamptz;

-- Mails and SMS have queues of their own, and are not given up. The table is not there
-- yet in a new database.
-- +goose StatementBegin
do $$ begin
    if to_regclass('river_job') is not null then
        update river_job set queue = 'mail', max_attempts = 32767
        where kind in ('account_notice', 'credential_notice', 'calendar_notice', 'message_notice', 'rights_notice') and finalized_at is null;
        update river_job set queue = 'sms', max_attempts = 32767 where kind = 'account_text' and finalized_at is null;
        update river_job j set queue = n.channel, max_attempts = 32767 from notices n
        where j.kind = 'appointment_notice' and j.finalized_at is null and n.id = (j.args ->> 'notice_id')::uuid and n.channel in ('mail', 'sms');
        update river_job set queue = 'rounds' where kind = 'round' and finalized_at is null;
    end if;
end $$;
-- +goose StatementEnd

-- +goose Down
alter table uploads drop column condemned_at;
alter table message_notices drop column held_until, drop column job;
drop index notices_lost_idx;
create index notices_lost_idx on notices (starts_at) where state in ('failed', 'bounced') and called_at is null;
alter table notices drop column try;
