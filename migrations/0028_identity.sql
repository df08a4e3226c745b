-- An id tells an object from nearly all others, a family from few: what references lead to is found in fewer steps where
-- the id comes first. Objects of a family in the order of their ids still have an index.

drop index objects_identity @on objects @done;
create unique index objects_identity on objects (id, family);
create index objects_family_id on objects (family, id);
