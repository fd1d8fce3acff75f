-- +goose Up
-- The code that an account was opened with, until its address is proved: only then
-- has the code served, and is one more person counted.
alter table accounts add column code_id uuid references connection_codes (id);

-- +goose Down
alter table accounts drop column code_id;
