-- The models that stored content was written with, so that a change of them is seen and shown before it is applied.

create table models (
    id @int not null primary key,
    signature @text not null,
    applied_at @int not null
);
