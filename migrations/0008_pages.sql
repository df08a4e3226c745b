-- Who may see a page and everything beneath it, where that is not everybody.

create table view_restrictions (
    id @int not null primary key,
    object @int not null,
    kind @name not null,
    password @text not null,
    groups @text not null
);

create index view_restrictions_object on view_restrictions (object);
