-- +goose Up
-- People: who they are, how they sign in, and what is decided about their accounts.

-- What likely doubles are found by (R5): names without case, accents and hyphens,
-- addresses without case and dots.
create function person_key(name text) returns text language sql immutable strict parallel safe as $$
    select lower(translate(name, 'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäåçèéêëìíîïñòóôõöùúûüýÿ''’-', 'AAAAAACEEEEIIIINOOOOOUUUUYYaaaaaaceeeeiiiinooooouuuuyy   '))
$$;
create function address_key(email text) returns text language sql immutable strict parallel safe as $$
    select lower(replace(split_part(email, '@', 1), '.', '') || '@' || split_part(email, '@', 2))
$$;

-- An account that was erased keeps its identifier, so that what others did stays
-- whole, and nothing that says whose it was.
create table accounts (
    id                  uuid primary key default gen_random_uuid(),
    role                text not null check (role in ('beneficiary', 'social_worker', 'switchboard', 'client_manager', 'administrator', 'dpo')),
    last_name           text not null,
    first_name          text not null,
    email               text check (length(email) <= 254),
    email_validated_at  timestamptz,
    pending_email       text check (length(pending_email) <= 254), -- the address that they asked to move to
    pending_since       timestamptz,
    mobile              text,
    mobile_validated_at timestamptz,
    password_hash       text,
    time_zone           text not null,
    client_id           uuid references clients,
    -- The code that the account was opened with, until it is proved: only then has the
    -- code served, and is one more person counted.
    code_id             uuid references connection_codes (id),
    -- Whether it is counted in the figures of the client: once in its life, however
    -- often an address or a mobile is proved (R10).
    counted             boolean not null default false,
    adult_declared_at   timestamptz,
    created_at          timestamptz not null,
    last_seen_on        date, -- a day and no more: it says whether the account is in use
    suspended_at        timestamptz,
    closed_at           timestamptz,
    erased_at           timestamptz,
    name_key            text not null generated always as (person_key(first_name || ' ' || last_name)) stored,
    surname_key         text not null generated always as (person_key(last_name || ' ' || first_name)) stored,
    email_key           text generated always as (address_key(email)) stored,
    -- Whether somebody signed up with an address and nobody has proved it yet: any
    -- number of those wait side by side, and the first whose link is opened becomes
    -- the address's one account.
    unproved            boolean not null generated always as
        (role = 'beneficiary' and email is not null and email_validated_at is null and password_hash is not null) stored,
    constraint accounts_client_check check (erased_at is not null or (role in ('beneficiary', 'client_manager')) = (client_id is not null)),
    constraint accounts_reached_check check (erased_at is not null or email is not null or (role = 'beneficiary' and mobile is not null)),
    constraint accounts_erased_check check (erased_at is null or closed_at is not null
        and email is null and pending_email is null and mobile is null and first_name = '' and last_name = '' and password_hash is null and client_id is null),
    check ((pending_email is null) = (pending_since is null))
);
create unique index accounts_email_key on accounts (lower(email)) where not unproved;
create index accounts_unproved_idx on accounts (lower(email)) where unproved;
-- Without an address the mobile is who one is; with one, a household may share it.
create unique index accounts_mobile_key on accounts (mobile) where email is null;
create index accounts_mobile_idx on accounts (mobile);
create index accounts_name_key_idx on accounts (name_key text_pattern_ops);
create index accounts_surname_key_idx on accounts (surname_key text_pattern_ops);
create index accounts_email_key_idx on accounts (email_key);
-- What nobody proves in time is forgotten.
create index accounts_pending_idx on accounts (pending_since) where pending_since is not null;
-- The accounts of people whom nobody has reached yet.
create index accounts_unreached_idx on accounts (created_at)
    where role = 'beneficiary' and erased_at is null and email_validated_at is null and mobile_validated_at is null;

-- What account lends to company: whether somebody is a manager of a client whose
-- account works, which a key of theirs asks at each use. The second one holds the
-- account as it is until the transaction ends, and is null when it is none.
create function manages(person uuid, client uuid) returns boolean language sql stable as $$
    select exists (select from accounts where id = person and role = 'client_manager' and client_id = client and suspended_at is null and closed_at is null)
$$;
create function hold_manager(person uuid, client uuid) returns uuid language sql volatile as $$
    select id from accounts where id = person and role = 'client_manager' and client_id = client and suspended_at is null and closed_at is null for share
$$;

-- People whom the switchboard signed up (R4).
create table assisted_signups (
    account_id  uuid primary key references accounts on delete cascade,
    operator_id uuid references accounts on delete set null,
    created_at  timestamptz not null,
    sent_at     timestamptz not null -- when a link was last sent
);
create index assisted_signups_operator_idx on assisted_signups (operator_id, created_at desc);

-- Links that were mailed. new_email binds one to the address that it was sent to;
-- replaced_email is the one that it replaced, to be told.
create table account_tokens (
    token_hash     bytea primary key,
    account_id     uuid not null references accounts on delete cascade,
    purpose        text not null check (purpose in ('validation', 'invitation', 'password', 'email')),
    new_email      text check (length(new_email) <= 254),
    replaced_email text check (length(replaced_email) <= 254),
    expires_at     timestamptz not null,
    used_at        timestamptz,
    constraint account_tokens_email_check check ((purpose = 'email') = (new_email is not null))
);
create index account_tokens_account_idx on account_tokens (account_id);

-- id is what pages call a session: it opens nothing, the cookie's hash is another.
-- device is a browser and a system in words; what a browser sends is not kept.
create table sessions (
    id            uuid not null default gen_random_uuid() unique,
    id_hash       bytea primary key,
    account_id    uuid not null references accounts on delete cascade,
    second_factor boolean not null,
    passkey_at    timestamptz, -- when a passkey was last given in it
    shared_device boolean not null default false,
    device        text not null default '' check (length(device) <= 80),
    created_at    timestamptz not null,
    seen_at       timestamptz not null,
    expires_at    timestamptz not null
);
create index sessions_account_idx on sessions (account_id);

-- The last form of a person that arrived after their session had ended, for half an hour,
-- sealed with the person's key.
create table interrupted_forms (
    account_id uuid primary key references accounts on delete cascade,
    sealed     bytea not null check (octet_length(sealed) <= 262144),
    kept_at    timestamptz not null
);

create table known_devices (
    token_hash bytea primary key,
    account_id uuid not null references accounts on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index known_devices_account_idx on known_devices (account_id, created_at);

-- Failures by what they are counted for: an address, a network, a number.
create table throttles (
    key           text primary key,
    failures      int not null,
    blocked_until timestamptz not null,
    seen_at       timestamptz not null
);

-- An application of codes. session is the one that was shown the secret, which no
-- code has confirmed yet: no other one confirms it. Null once it is confirmed.
create table totp (
    account_id    uuid primary key references accounts on delete cascade,
    sealed_secret bytea not null,
    confirmed_at  timestamptz,
    last_counter  bigint not null default 0,
    session       bytea
);

-- A passkey's public half. Its account's identifier is its user handle. What would
-- tell the make of somebody's device is not asked for (attestation "none").
create table passkeys (
    id            uuid primary key default gen_random_uuid(),
    account_id    uuid not null references accounts on delete cascade,
    credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
    public_key    bytea not null,
    sign_count    bigint not null,
    flags         smallint not null,
    transports    text[] not null,
    name          text not null check (length(name) between 1 and 60),
    created_at    timestamptz not null,
    used_at       timestamptz
);
create index passkeys_account_idx on passkeys (account_id);

-- A challenge belongs to whoever asked for it: a session, or a cookie's holder.
-- Asking again replaces it, answering it takes it away.
create table passkey_challenges (
    holder     bytea not null,
    purpose    text not null check (purpose in ('add', 'prove', 'sign_in')),
    ceremony   jsonb not null,
    expires_at timestamptz not null,
    primary key (holder, purpose)
);
create index passkey_challenges_expires_idx on passkey_challenges (expires_at);

-- Recovery codes (R8) are kept as hashes under a key that is sealed with the person's
-- own, and, sealed too, as they are until they were shown once.
create table recovery_sets (
    account_id   uuid primary key references accounts on delete cascade,
    sealed_key   bytea not null,
    sealed_sheet bytea,
    sheet_until  timestamptz not null,
    created_at   timestamptz not null
);
create table recovery_codes (
    account_id uuid not null references recovery_sets on delete cascade,
    hash       bytea not null,
    used_at    timestamptz,
    primary key (account_id, hash)
);

-- Why an administrator took a second factor away. The author is named as the
-- journal does, and outlives their account.
create table second_factor_resets (
    id         uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts on delete cascade,
    author_id  uuid not null,
    reason     text not null check (length(reason) between 1 and 500),
    decided_at timestamptz not null
);
create index second_factor_resets_account_idx on second_factor_resets (account_id);

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

-- A code by SMS: to sign in without an e-mail address, or to prove one's own number
-- (R47). account_id is null where nobody has the number: the request is then answered
-- alike. The code is made as it is sent. counted is what wrong codes are counted for,
-- beside their own request: a number, in the form in which throttles name it.
create table sms_challenges (
    id          uuid primary key default gen_random_uuid(),
    token_hash  bytea not null unique,
    account_id  uuid references accounts on delete cascade,
    purpose     text not null default 'sign_in' check (purpose in ('sign_in', 'mobile')),
    sealed_code bytea,
    tries       int not null default 0,
    counted     text not null default '',
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create unique index sms_challenges_mobile_key on sms_challenges (account_id) where purpose = 'mobile';

-- How a person wants to be told of their appointments (R21). Who never chose has no
-- row. Call hours are minutes since midnight on the person's own clock.
create table contact_choices (
    account_id     uuid primary key references accounts on delete cascade,
    texts          boolean not null,
    discreet       boolean not null,
    limit_reminder boolean not null,
    hour_reminder  boolean not null,
    call_from      smallint not null,
    call_until     smallint not null,
    check (0 <= call_from and call_from < call_until and call_until <= 1440)
);

-- What administrators decide about accounts. Every decision stays; undoing one is
-- another. The reason is about the person and sealed with the person's key.
create table account_decisions (
    id            uuid primary key,
    account_id    uuid not null references accounts,
    act           text not null check (act in ('suspend', 'resume', 'close', 'reopen', 'withdraw', 'refuse', 'allow', 'role')),
    role          text, -- the new one
    sealed_reason bytea not null,
    archived      boolean not null default false, -- sealed with the archive's key, since an erasure
    author_id     uuid not null,
    decided_at    timestamptz not null,
    check ((role is not null) = (act = 'role'))
);
create index account_decisions_account_idx on account_decisions (account_id, decided_at);

-- The browser in which somebody signed up, for an hour: it may correct the address, and is
-- signed in once the address is proved in it. What was typed is sealed with the browser's
-- own token. Without an account, none was opened, which the browser does not learn (R5).
create table sign_up_browsers (
    token_hash bytea primary key,
    account_id uuid references accounts on delete cascade,
    sealed     bytea not null,
    expires_at timestamptz not null
);
create index sign_up_browsers_account_idx on sign_up_browsers (account_id);
create index sign_up_browsers_expires_idx on sign_up_browsers (expires_at);

-- Addresses and numbers with which no account is opened any more. They are kept
-- as hashes with a key of the platform's: the table tells nobody who they are. They outlive
-- an erasure, until their own period ends.
create table refused_sign_ups (
    hash       bytea not null,
    account_id uuid not null references accounts,
    until      timestamptz not null,
    primary key (hash, account_id)
);
create index refused_sign_ups_account_idx on refused_sign_ups (account_id);

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

-- Disrespect or a dispute, told by a worker about a person they have or had an
-- appointment with; sealed with that person's key.
create table account_reports (
    id             uuid primary key,
    account_id     uuid not null references accounts,
    author_id      uuid not null references accounts,
    appointment_id uuid not null, -- a foreign key, which the file of appointments adds
    kind           text not null check (kind in ('disrespect', 'dispute')),
    sealed_text    bytea not null,
    archived       boolean not null default false, -- sealed with the archive's key, since an erasure
    reported_at    timestamptz not null,
    handled_at     timestamptz,
    handled_by     uuid references accounts,
    check ((handled_at is null) = (handled_by is null))
);
create index account_reports_account_idx on account_reports (account_id, reported_at);
create index account_reports_open_idx on account_reports (reported_at) where handled_at is null;

-- Whom each operator of the switchboard was shown on a day, on their own calendar: as
-- many as one day's work takes, and an alarm before that.
create table shown_days (
    operator_id uuid not null,
    day         date not null,
    alarmed_at  timestamptz,
    primary key (operator_id, day)
);
create table people_shown (
    operator_id uuid not null,
    day         date not null,
    person_id   uuid not null references accounts on delete cascade,
    primary key (operator_id, day, person_id),
    foreign key (operator_id, day) references shown_days on delete cascade
);
create index people_shown_person_idx on people_shown (person_id);
