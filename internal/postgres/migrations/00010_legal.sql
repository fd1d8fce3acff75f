-- +goose Up
-- Texts are prepared, published at an instant, and never changed from then on; who
-- still has to accept which is one question, asked in one place.

alter table legal_texts
    add column id       uuid not null default gen_random_uuid() constraint legal_texts_id_key unique,
    add column changes  text not null default '',
    add column revision int not null default 1,
    alter column published_at drop not null; -- null: a draft

-- One draft of a kind, whoever prepares it.
create unique index legal_texts_draft_key on legal_texts (kind) where published_at is null;
create index legal_texts_published_idx on legal_texts (kind, published_at desc);

-- A text that has a date keeps its words. Only the date can be taken away, before
-- it comes, which makes a draft of it again.
-- +goose StatementBegin
create function keep_legal_text() returns trigger language plpgsql as $$
begin
    if old.published_at is null then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    if tg_op = 'DELETE' or (new.kind, new.version, new.markdown, new.changes, new.starting, new.id) is distinct from
                           (old.kind, old.version, old.markdown, old.changes, old.starting, old.id)
       or new.published_at <> old.published_at then
        raise exception 'a published text is never changed';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger legal_texts_keep before update or delete on legal_texts
    for each row execute function keep_legal_text();

-- What legal lends to the look-up of a session, which so costs no second query:
-- the texts in force at an instant, published after since, that somebody has not
-- accepted. PostgreSQL puts its body into the query that asks.
-- +goose StatementBegin
create function texts_due(person uuid, since timestamptz, instant timestamptz)
    returns table (due_kind text, due_version text) language sql stable as $$
    select in_force.kind, in_force.version
    from (values ('terms'), ('privacy')) as kinds (kind)
    cross join lateral (
        select t.kind, t.version, t.published_at from legal_texts t
        where t.kind = kinds.kind and t.published_at <= instant
        order by t.published_at desc, length(t.version) desc, t.version desc limit 1
    ) in_force
    where in_force.published_at > since and not exists (
        select 1 from legal_acceptances a
        where a.account_id = person and a.kind = in_force.kind and a.version = in_force.version
    )
$$;
-- +goose StatementEnd

-- +goose Down
drop function texts_due(uuid, timestamptz, timestamptz);
drop trigger legal_texts_keep on legal_texts;
drop function keep_legal_text();
drop index legal_texts_draft_key, legal_texts_published_idx;
delete from legal_texts where published_at is null;
alter table legal_texts drop column id, drop column changes, drop column revision, alter column published_at set not null;
