-- The object's id beside each of its values: what went live at the same moment comes in the order of ids, so that the
-- newest with a value are walked in order without sorting any.

alter table value_text add column id @int;
alter table value_int add column id @int;
alter table value_real add column id @int;

update value_text set id = (select o.id from objects o where o.key = value_text.object);
update value_int set id = (select o.id from objects o where o.key = value_int.object);
update value_real set id = (select o.id from objects o where o.key = value_real.object);

drop index value_text_newest @on value_text @done;
drop index value_int_newest @on value_int @done;
drop index value_real_newest @on value_real @done;

create index value_text_newest on value_text (type, field, public, value, moment, id);
create index value_int_newest on value_int (type, field, public, value, moment, id, object);
create index value_real_newest on value_real (type, field, public, value, moment, id, object);
