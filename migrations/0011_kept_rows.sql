-- Rows of imports that nothing here shows yet, kept whole; and what an import remembers of every object it made, so
-- that a second run renews what nobody edited since.

create table kept_rows (
    source @name not null,
    model @name not null,
    pk @name not null,
    data @text not null
);

create unique index kept_rows_identity on kept_rows (source, model, pk);

create table import_marks (
    source @name not null,
    model @name not null,
    pk @name not null,
    family @name not null,
    id @int not null,
    digest @name not null,
    version @int not null
);

create unique index import_marks_identity on import_marks (source, model, pk);
