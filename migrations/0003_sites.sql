-- Sites by host name and port, and the locales that content can be in. A site's own settings are added by later files.

create table sites (
    id @int not null primary key,
    hostname @name not null,
    port @int not null,
    name @text not null,
    root_page @int,
    is_default @int not null,
    front_end_url @text
);

create unique index sites_address on sites (hostname, port);
create index sites_root_page on sites (root_page);

create table locales (
    id @int not null primary key,
    code @name not null
);

create unique index locales_code on locales (code);
