-- +goose Up
-- When somebody asked to move to another address, and when the switchboard last sent a
-- link: what nobody proves in time is forgotten.
alter table accounts add column pending_since timestamptz;
update accounts set pending_since = now() where pending_email is not null;
alter table accounts add check ((pending_email is null) = (pending_since is null));
create index accounts_pending_idx on accounts (pending_since) where pending_since is not null;

alter table assisted_signups add column sent_at timestamptz;
update assisted_signups set sent_at = created_at;
alter table assisted_signups alter column sent_at set not null;

-- The accounts of people whom nobody has reached yet.
create index accounts_unreached_idx on accounts (created_at)
    where role = 'beneficiary' and erased_at is null and email_validated_at is null and mobile_validated_at is null;

-- +goose Down
drop index accounts_unreached_idx;
alter table assisted_signups drop column sent_at;
alter table accounts drop column pending_since;
