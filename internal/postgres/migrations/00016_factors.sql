-- +goose Up
-- What a second factor that was reset is set up anew with (R8): a code that an
-- administrator gives by voice. It is kept as a hash under a key that is sealed with
-- the person's own, and, sealed too, as it is until its author was shown it once.
-- The row stays until a second factor is in place, and session is the one in which
-- the code was given; the hash is then gone.
create table reset_codes (
    account_id   uuid primary key references accounts on delete cascade,
    author_id    uuid not null,
    sealed_key   bytea not null,
    hash         bytea,
    sealed_sheet bytea,
    sheet_until  timestamptz not null,
    expires_at   timestamptz not null,
    session      bytea
);

-- +goose Down
drop table reset_codes;
