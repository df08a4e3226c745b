-- Read tokens of the API, kept as hashes. `types` are labels joined by commas, none for all; `subtree` is a page's id.

create table api_tokens (
    id @int not null primary key,
    name @text not null,
    hash @name not null,
    types @text not null,
    subtree @int,
    site @int,
    created_at @int not null,
    created_by @text not null,
    expires_at @int,
    used_at @int,
    revoked_at @int
);

create unique index api_tokens_hash on api_tokens (hash);
