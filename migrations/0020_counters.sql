-- The counter of events and the lock of the tree are there before anybody asks, so that nobody races to make them.

insert into counters (name, value)
select 'events', 0 from (select 1 as one) as one_row where not exists (select 1 from counters where name = 'events');

insert into counters (name, value)
select 'lock:tree', 0 from (select 1 as one) as one_row where not exists (select 1 from counters where name = 'lock:tree');
