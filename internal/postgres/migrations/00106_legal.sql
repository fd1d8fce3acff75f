-- +goose Up
-- Terms and privacy policy: prepared, published at an instant, and never changed from
-- then on.
create table legal_texts (
    id           uuid not null default gen_random_uuid() unique,
    kind         text not null check (kind in ('terms', 'privacy')),
    version      text not null,
    markdown     text not null,
    changes      text not null default '',
    revision     int not null default 1,
    starting     boolean not null, -- came with the platform, until it is replaced
    published_at timestamptz,      -- null: a draft
    primary key (kind, version)
);
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

-- Who accepted which, and the words that they were shown.
create table legal_acceptances (
    account_id  uuid not null references accounts on delete cascade,
    kind        text not null,
    version     text not null,
    wording     text not null,
    accepted_at timestamptz not null,
    primary key (account_id, kind, version),
    foreign key (kind, version) references legal_texts
);

-- Who said that they have seen a changed text that they need not accept.
create table legal_seen (
    account_id uuid not null references accounts on delete cascade,
    kind       text not null,
    version    text not null,
    seen_at    timestamptz not null,
    primary key (account_id, kind, version),
    foreign key (kind, version) references legal_texts
);

-- The text of each kind that is in force at an instant.
-- +goose StatementBegin
create function texts_in_force(instant timestamptz)
    returns table (kind text, version text, published_at timestamptz) language sql stable as $$
    select in_force.kind, in_force.version, in_force.published_at
    from (values ('terms'), ('privacy')) as kinds (kind)
    cross join lateral (
        select t.kind, t.version, t.published_at from legal_texts t
        where t.kind = kinds.kind and t.published_at <= instant
        order by t.published_at desc, length(t.version) desc, t.version desc limit 1
    ) in_force
$$;
-- +goose StatementEnd

-- What legal lends to the look-up of a session, which so costs no second query: the texts in
-- force at an instant that a beneficiary has to accept. Terms are accepted at each version, a
-- privacy policy once: a changed one only informs.
-- +goose StatementBegin
create function texts_due(person uuid, instant timestamptz)
    returns table (due_kind text, due_version text) language sql stable as $$
    select t.kind, t.version from texts_in_force(instant) t
    where not exists (
        select 1 from legal_acceptances a
        where a.account_id = person and a.kind = t.kind and (a.version = t.version or t.kind = 'privacy')
    )
$$;
-- +goose StatementEnd

-- The texts in force at an instant, published after since, of which somebody is to be informed:
-- those that they neither accepted nor said to have seen.
-- +goose StatementBegin
create function texts_news(person uuid, since timestamptz, instant timestamptz)
    returns table (news_kind text, news_version text) language sql stable as $$
    select t.kind, t.version from texts_in_force(instant) t
    where t.published_at > since
      and not exists (select 1 from legal_acceptances a where a.account_id = person and a.kind = t.kind and a.version = t.version)
      and not exists (select 1 from legal_seen s where s.account_id = person and s.kind = t.kind and s.version = t.version)
$$;
-- +goose StatementEnd
