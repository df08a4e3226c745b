-- Who may come in and what they may do. Secrets (passwords, session and set-up tokens) are kept as hashes only.

create table users (
    id @int not null primary key,
    username @name not null,
    email @name not null,
    first_name @text not null,
    last_name @text not null,
    password @text not null,
    is_superuser @int not null,
    is_active @int not null,
    is_staff @int not null,
    joined @int not null,
    last_login @int,
    language @name not null,
    time_zone @name not null,
    theme @name not null,
    doc @text not null
);

create unique index users_username on users (username);
create index users_email on users (email);

create table user_groups (
    id @int not null primary key,
    name @name not null
);

create unique index user_groups_name on user_groups (name);

create table memberships (
    user_id @int not null,
    group_id @int not null
);

create unique index memberships_user on memberships (user_id, group_id);
create index memberships_group on memberships (group_id);

-- `place` is page, collection, type or admin; `place_id` a page's or collection's id; `label` a type's.

create table grants (
    group_id @int not null,
    action @name not null,
    place @name not null,
    place_id @int,
    label @name,
    site @int
);

create index grants_group on grants (group_id);

create table sessions (
    hash @name not null primary key,
    user_id @int not null,
    created_at @int not null,
    seen_at @int not null,
    expires_at @int not null,
    address @name not null,
    agent @text not null
);

create index sessions_user on sessions (user_id);
create index sessions_expires_at on sessions (expires_at);

-- Failed sign-ins by account and address; an empty account counts everything from one address.

create table login_attempts (
    account @name not null,
    address @name not null,
    failures @int not null,
    last_at @int not null,
    until_at @int not null,
    primary key (account, address)
);

create index login_attempts_last_at on login_attempts (last_at);

create table set_up_links (
    hash @name not null primary key,
    expires_at @int not null
);
