-- Receivers of calls out on events, and every call that was made or waits. A secret is not here: it is derived from the
-- salt and the signing key.

create table webhooks (
    id @int not null primary key,
    name @text not null,
    url @text not null,
    kinds @text not null,
    types @text not null,
    site @int,
    active @int not null,
    after_event @int not null,
    salt @name not null,
    old_salt @name,
    old_salt_until @int,
    failures @int not null,
    retry_at @int,
    paused_at @int,
    paused_why @text,
    lease @name,
    lease_until @int,
    created_at @int not null
);

create table webhook_deliveries (
    number @int not null primary key,
    id @name not null,
    webhook @int not null,
    event @int,
    kind @name not null,
    body @text not null,
    state @name not null,
    attempts @int not null,
    created_at @int not null,
    tried_at @int,
    status @int,
    answer @text not null,
    problem @text not null,
    milliseconds @int
);

create unique index webhook_deliveries_id on webhook_deliveries (id);

create index webhook_deliveries_state on webhook_deliveries (webhook, state, number);
