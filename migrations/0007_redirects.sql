-- Old addresses and where they lead: to a page, or to any other address.

create table redirects (
    id @int not null primary key,
    old_path @url not null,
    site @int,
    permanent @int not null,
    page @int,
    route_path @text not null,
    link @text not null,
    automatic @int not null,
    created_at @int
);

create index redirects_old_path on redirects (old_path@start);
create index redirects_page on redirects (page);
