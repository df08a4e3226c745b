-- For which fields there are value rows: by which rule they were made, and up to which object they are filled (null:
-- all of them). A field without a rule is about to be emptied. What the rows so far were made by is not known.

create table value_fields (
    type @name not null,
    field @name not null,
    form @name not null,
    filled_to @int,
    primary key (type, field)
);

insert into value_fields (type, field, form, filled_to)
select distinct v.type, v.field, '', 0
from (
    select type, field from value_text
    union
    select type, field from value_int
    union
    select type, field from value_real
) v;
