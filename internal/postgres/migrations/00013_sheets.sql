-- +goose Up
-- Portraits, apart from the sheets so that a list of these never reads them, and
-- reasons that are no longer offered but still name what was booked.

alter table social_workers add column portrait_version text not null default '';

create table portraits (
    account_id uuid primary key references social_workers on delete cascade,
    jpeg       bytea not null check (length(jpeg) between 1 and 200000)
);

alter table reasons
    add column retired boolean not null default false,
    add constraint reasons_label_check check (length(label) between 1 and 60),
    add constraint reasons_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60);
create unique index reasons_label_key on reasons (lower(label));

-- +goose Down
drop index reasons_label_key;
alter table reasons drop constraint reasons_slug_check, drop constraint reasons_label_check, drop column retired;
drop table portraits;
alter table social_workers drop column portrait_version;
