-- What an editor looks at before saving: one object's content, for whoever has the token, for a short while.

create table previews (
    hash @name not null primary key,
    object @int not null,
    doc @text not null,
    expires_at @int not null
);
