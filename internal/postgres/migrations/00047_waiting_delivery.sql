-- +goose Up
-- What goes to those who wait is a notice as every other: it is followed until it
-- arrives, and the switchboard sees what became of it. It outlives the wish.
alter table notices
    alter column appointment_id drop not null,
    add column waiting_notice_id uuid references waiting_notices on delete cascade,
    add constraint notices_of_one_thing check (num_nonnulls(appointment_id, waiting_notice_id) = 1),
    add constraint notices_waiting_once unique (waiting_notice_id, channel);

insert into notices (waiting_notice_id, account_id, notice, channel, sequence, starts_at, state, cause, queued_at, settled_at)
select w.id, w.account_id, 'freed', c.channel, 0, (select min(starts_at) from waiting_hours h where h.notice_id = w.id), 'sent', '', w.queued_at, c.sent_at
from waiting_notices w, lateral (values ('mail', w.mailed_at), ('sms', w.texted_at)) as c (channel, sent_at)
where c.sent_at is not null;

-- What is still to be sent is sent as a notice.
-- +goose StatementBegin
do $$
begin
    if to_regclass('river_job') is null then
        return;
    end if;
    insert into notices (waiting_notice_id, account_id, notice, channel, sequence, starts_at, state, cause, queued_at)
    select w.id, w.account_id, 'freed', j.args->>'channel', 0, (select min(starts_at) from waiting_hours h where h.notice_id = w.id), 'queued', '', w.queued_at
    from river_job j join waiting_notices w on w.id = (j.args->>'notice_id')::uuid
    where j.kind = 'waiting_notice' and j.finalized_at is null
    on conflict do nothing;
    update river_job j set kind = 'appointment_notice', args = jsonb_build_object('notice_id', n.id)
    from notices n
    where j.kind = 'waiting_notice' and n.waiting_notice_id = (j.args->>'notice_id')::uuid and n.channel = j.args->>'channel';
end $$;
-- +goose StatementEnd

alter table waiting_notices
    drop column mailed_at,
    drop column texted_at,
    alter column entry_id drop not null,
    drop constraint waiting_notices_entry_id_fkey,
    add constraint waiting_notices_entry_id_fkey foreign key (entry_id) references waiting_entries on delete set null;
create index waiting_notices_queued_idx on waiting_notices (queued_at);

-- +goose Down
drop index waiting_notices_queued_idx;
delete from waiting_notices where entry_id is null;
alter table waiting_notices
    drop constraint waiting_notices_entry_id_fkey,
    add constraint waiting_notices_entry_id_fkey foreign key (entry_id) references waiting_entries on delete cascade,
    alter column entry_id set not null,
    add column mailed_at timestamptz,
    add column texted_at timestamptz;
delete from notices where waiting_notice_id is not null;
alter table notices
    drop constraint notices_waiting_once,
    drop constraint notices_of_one_thing,
    drop column waiting_notice_id,
    alter column appointment_id set not null;
