-- +goose Up
-- What a code by SMS is for: signing in, or proving one's own number (R47).
alter table sms_challenges add column purpose text not null default 'sign_in' check (purpose in ('sign_in', 'mobile'));
create unique index sms_challenges_mobile_key on sms_challenges (account_id) where purpose = 'mobile';

-- +goose Down
delete from sms_challenges where purpose = 'mobile';
drop index sms_challenges_mobile_key;
alter table sms_challenges drop column purpose;
