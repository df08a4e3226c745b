-- Everything that has a type and an id: pages, snippets, settings, images and documents.
-- `doc` is the live document; the draft is the latest revision. Columns that only pages have are null elsewhere.

create table objects (
    key @int not null primary key,
    family @name not null,
    id @int not null,
    type @name not null,
    site @int,
    locale @name,
    translation_key @name,
    live @int not null,
    public @int not null,
    has_draft @int not null,
    title @text not null,
    draft_title @text not null,
    doc @text,
    version @int not null,
    owner @int,
    collection @int,
    created_at @int not null,
    updated_at @int not null,
    first_published_at @int,
    last_published_at @int,
    latest_revision_created_at @int,
    go_live_at @int,
    expire_at @int,
    expired @int not null,
    locked @int not null,
    locked_at @int,
    locked_by @int,
    latest_revision @int,
    live_revision @int,
    parent @int,
    path @path,
    depth @int,
    slug @name,
    url_path @url,
    show_in_menus @int,
    seo_title @text,
    search_description @text,
    alias_of @int
);

create unique index objects_identity on objects (family, id);
create unique index objects_path on objects (path);
create index objects_parent on objects (parent, path);
create index objects_family_live on objects (family, live);
create index objects_type_public on objects (type, public, path);
create index objects_type_id on objects (type, public, id);
create index objects_url_path on objects (url_path@start);
create index objects_translation_key on objects (translation_key);
create index objects_slug on objects (slug);
create index objects_alias_of on objects (alias_of);
create index objects_collection on objects (collection);
create index objects_go_live_at on objects (go_live_at);
create index objects_expire_at on objects (expire_at);
create index objects_updated_at on objects (family, updated_at);

create table revisions (
    id @int not null primary key,
    object @int not null,
    created_at @int not null,
    author @int,
    sealed @int not null,
    title @text not null,
    doc @text not null,
    comment @text not null,
    approved_go_live_at @int
);

create index revisions_object on revisions (object, id);
create index revisions_approved_go_live_at on revisions (approved_go_live_at);

-- The live values of filterable fields. Texts longer than a @name holds are not put here.

create table value_text (
    type @name not null,
    field @name not null,
    public @int not null,
    value @short,
    object @int not null
);

create index value_text_value on value_text (type, field, public, value, object);
create index value_text_object on value_text (object);

create table value_int (
    type @name not null,
    field @name not null,
    public @int not null,
    value @int,
    object @int not null
);

create index value_int_value on value_int (type, field, public, value, object);
create index value_int_object on value_int (object);

create table value_real (
    type @name not null,
    field @name not null,
    public @int not null,
    value @real,
    object @int not null
);

create index value_real_value on value_real (type, field, public, value, object);
create index value_real_object on value_real (object);

-- Who points at whom, by public identity, so that a dangling reference is still known.

create table refs (
    object @int not null,
    field @name not null,
    target_family @name not null,
    target_id @int not null
);

create index refs_object on refs (object);
create index refs_target on refs (target_family, target_id, object);
