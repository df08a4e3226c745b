-- Events that a handler could not deal with, however often it was told: set aside, so that what comes behind them is told.

create table handler_events (
    handler @name not null,
    event @int not null,
    failures @int not null,
    failed_at @int not null,
    problem @text not null,
    primary key (handler, event)
);
