-- The live document without its long values, which lists do without; null where it has none. It is good for as long as
-- the object was not published again: `brief_of` is what `last_published_at` was then.

alter table objects add column brief @text;
alter table objects add column brief_of @int;
