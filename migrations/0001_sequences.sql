-- Numbers that are handed out: public ids by sequence, and counters that put changes in order.
-- Type words (@int, @real, @text, @name, @short, @path, @url, @bytes) are spelt per database by store/dialect.rs.

create table sequences (
    name @name not null primary key,
    value @int not null
);

create table counters (
    name @name not null primary key,
    value @int not null
);
