-- +goose Up
-- Where the hours of an opening take place when one meets; null is the first place
-- of the worker's list.

alter table openings add column place_id uuid references places on delete set null;
create index openings_place_idx on openings (place_id) where place_id is not null;

-- +goose Down
alter table openings drop column place_id;
