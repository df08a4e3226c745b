-- Lists of the newest, of a type and of all pages: walked in order, so that a list takes as long among many as among few.
-- The place stands in the index too, so that far pages of a list are counted off without reading what is passed over.

create index objects_newest on objects (type, public, first_published_at, id, path);
create index objects_family_newest on objects (family, public, first_published_at, id, path);
create index objects_family_public on objects (family, public, path);

-- When the object first went live, beside each of its values: the newest with a value are walked in order as well.

alter table value_text add column moment @int;
alter table value_int add column moment @int;
alter table value_real add column moment @int;

update value_text set moment = (select o.first_published_at from objects o where o.key = value_text.object);
update value_int set moment = (select o.first_published_at from objects o where o.key = value_int.object);
update value_real set moment = (select o.first_published_at from objects o where o.key = value_real.object);

create index value_text_newest on value_text (type, field, public, value, moment);
create index value_int_newest on value_int (type, field, public, value, moment, object);
create index value_real_newest on value_real (type, field, public, value, moment, object);
