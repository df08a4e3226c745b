-- Whether a token shows drafts, and the account that made it: with that account's end the token's comes.

alter table api_tokens add column drafts @int;
alter table api_tokens add column maker @int;

update api_tokens set drafts = 0;
