-- +goose Up
-- Proof of age that the administration asked somebody for (R1). The reason is about
-- the person and sealed with the person's key.
create table age_checks (
    id            uuid primary key,
    account_id    uuid not null references accounts on delete cascade,
    sealed_reason bytea not null,
    asked_by      uuid not null,
    asked_at      timestamptz not null,
    due_on        date not null,
    outcome       text check (outcome in ('verified', 'closed')),
    settled_by    uuid,
    settled_at    timestamptz,
    check ((outcome is null) = (settled_at is null) and (outcome is null) = (settled_by is null))
);
create index age_checks_account_idx on age_checks (account_id, asked_at);
create unique index age_checks_waiting_key on age_checks (account_id) where outcome is null;

-- +goose Down
drop table age_checks;
