-- What has no value comes first ascending and last descending, and so it stands in the indexes that lists are walked by:
-- one that has it at the other end is no use to a planner.

drop index value_text_newest @on value_text @done;
drop index value_int_newest @on value_int @done;
drop index value_real_newest @on value_real @done;
drop index objects_newest @on objects @done;
drop index objects_family_newest @on objects @done;

create index value_text_newest on value_text (type, field, public, value@nullsfirst, moment@nullsfirst, id);
create index value_int_newest on value_int (type, field, public, value@nullsfirst, moment@nullsfirst, id, object);
create index value_real_newest on value_real (type, field, public, value@nullsfirst, moment@nullsfirst, id, object);
create index objects_newest on objects (type, public, first_published_at@nullsfirst, id, path);
create index objects_family_newest on objects (family, public, first_published_at@nullsfirst, id, path);
