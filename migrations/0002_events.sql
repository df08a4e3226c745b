-- The log of what happened, numbered in commit order without gaps, and how far each follower has read it.

create table events (
    number @int not null primary key,
    at @int not null,
    kind @name not null,
    family @name,
    type @name,
    id @int,
    site @int,
    locale @name,
    path_before @path,
    path_after @path,
    url_before @url,
    url_after @url,
    actor @name not null,
    actor_id @int,
    data @text not null
);

create index events_object on events (family, id, number);
create index events_kind on events (kind, number);
create index events_actor on events (actor_id, number);

create table followers (
    name @name not null primary key,
    position @int not null
);
