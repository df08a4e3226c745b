-- What readers sent by a form page: one filled-in form a row, answers by the form fields' names.

create table submissions (
    id @int not null primary key,
    page @int not null,
    sent_at @int not null,
    answers @text not null
);

create index submissions_page on submissions (page, sent_at, id);
