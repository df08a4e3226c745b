-- Event handlers of the program around Siskin: how far each has been told of the log, by which process, and what went wrong.

create table handlers (
    name @name not null primary key,
    position @int not null,
    holder @name not null,
    held_until @int not null,
    failures @int not null,
    failed_at @int not null,
    problem @text not null
);
