-- The file of an image or document: its public name, and the blob that holds its bytes, by content hash.

create table files (
    object @int not null primary key,
    name @name not null,
    blob @name not null,
    mime @name not null,
    size @int not null,
    width @int,
    height @int,
    focal_x @int,
    focal_y @int,
    focal_width @int,
    focal_height @int,
    created_at @int not null,
    uploaded_by @int
);

create unique index files_name on files (name);
create index files_blob on files (blob);
