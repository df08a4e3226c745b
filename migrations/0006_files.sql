-- The file of an image or document: its public name, and the blob that holds its bytes, by content hash (empty
-- where an import found no bytes). `stem` is the name that renditions begin with, and `distinct_length` says how many
-- of its characters tell it from every earlier one; documents have no stem.

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
    stem @name not null,
    distinct_length @int not null,
    created_at @int not null,
    uploaded_by @int
);

create index files_name on files (name);
create index files_blob on files (blob);
create index files_stem on files (stem, distinct_length);
