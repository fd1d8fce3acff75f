-- +goose Up
-- The domains of a client's own mail, in their ASCII form: whoever signs up with an
-- address of one is told that the client can read it.
alter table clients add column mail_domains text[] not null default '{}' check (cardinality(mail_domains) <= 50);

-- +goose Down
alter table clients drop column mail_domains;
