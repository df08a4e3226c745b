-- The folder tree of images and documents, and who may see what is in it. The root has the id that Wagtail gives it.

create table collections (
    id @int not null primary key,
    path @path not null,
    parent @int,
    name @text not null
);

create unique index collections_path on collections (path);

insert into collections (id, path, parent, name) values (1, '0000lfls', null, 'Root');

insert into sequences (name, value) values ('collection', 1);

create table collection_restrictions (
    id @int not null primary key,
    collection @int not null,
    kind @name not null,
    password @text,
    user_groups @text not null
);

create index collection_restrictions_collection on collection_restrictions (collection);
