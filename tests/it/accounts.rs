//! Signing in and out, sessions and the first account, as whoever knocks meets them.

use std::net::IpAddr;

use siskin::accounts::password;
use siskin::accounts::{
    Actor, Credentials, FirstUser, LONGEST_SECONDS, NewUser, Session, SignIn, User, Work, create_user,
    set_password, set_up, set_up_link, sign_in, sign_out, update_user,
};
use siskin::base::{Clock, Timestamp, Token};
use siskin::config::Accounts;
use siskin::store::Db;

use crate::databases::for_each_database;

const PASSWORD: &str = "four finches on a wire";
const HERE: &str = "192.0.2.7";

/// A store with one account, `eva`.
struct House {
    db: Db,
    clock: Clock,
    rules: Accounts,
    eva: User,
}

impl House {
    async fn new(db: Db) -> Self {
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
        let mut work = Work::begin(&db, &clock, Actor::System("test")).await.unwrap();
        let hash = password::hash(PASSWORD).await.unwrap();
        let new = NewUser {
            username: "eva",
            email: "eva@example.org",
            password_hash: Some(hash),
            is_superuser: false,
            groups: &[],
        };
        let eva = create_user(&mut work, new).await.unwrap();
        work.commit().await.unwrap();
        Self { db, clock, rules: Accounts::default(), eva }
    }

    async fn knock(&self, name: &str, password: &str, address: &str, before: Option<&Token>) -> SignIn {
        let address: IpAddr = address.parse().unwrap();
        let sent = Credentials { name, password, address, agent: "a browser", before, rules: &self.rules };
        sign_in(&self.db, &self.clock, sent).await.unwrap()
    }

    async fn enter(&self, before: Option<&Token>) -> Token {
        match self.knock("eva", PASSWORD, HERE, before).await {
            SignIn::Welcome(token) => token,
            SignIn::Refused => panic!("refused"),
            SignIn::Wait(seconds) => panic!("wait {seconds} seconds"),
        }
    }

    async fn is_in(&self, token: &Token) -> bool {
        let mut conn = self.db.read().await.unwrap();
        let found =
            Session::actor(&mut conn, token, self.clock.now(), self.rules.session_hours).await.unwrap();
        found.is_some_and(|(_, actor)| actor.id() == Some(self.eva.id))
    }

    async fn work(&self) -> Work {
        Work::begin(&self.db, &self.clock, Actor::System("test")).await.unwrap()
    }

    fn wait(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }
}

#[tokio::test]
async fn a_session_is_new_at_every_sign_in_and_ends_with_signing_out() {
    for_each_database(async |db| {
        let house = House::new(db).await;
        let chosen = Token::sent("a session that somebody else thought of");
        let first = house.enter(Some(&chosen)).await;
        assert!(house.is_in(&first).await && !house.is_in(&chosen).await);
        let second = house.enter(Some(&first)).await;
        assert!(
            house.is_in(&second).await && !house.is_in(&first).await && first.secret() != second.secret()
        );
        for _ in 0..2 {
            let mut work = house.work().await;
            sign_out(&mut work, &second).await.unwrap();
            work.commit().await.unwrap();
            assert!(!house.is_in(&second).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_unused_and_at_last_in_any_case() {
    for_each_database(async |db| {
        let house = House::new(db).await;
        let idle = i64::try_from(house.rules.session_hours).unwrap() * 3600;
        let token = house.enter(None).await;
        house.wait(idle - 1);
        assert!(house.is_in(&token).await);
        house.wait(1);
        assert!(!house.is_in(&token).await);
        let token = house.enter(None).await;
        for _ in 0..LONGEST_SECONDS / idle + 1 {
            house.wait(idle - 1);
            let mut conn = house.db.begin().await.unwrap();
            let found = Session::actor(&mut conn, &token, house.clock.now(), house.rules.session_hours).await;
            if let Some((session, _)) = found.unwrap() {
                session.seen(&mut conn, house.clock.now()).await.unwrap();
            }
            conn.commit().await.unwrap();
        }
        assert!(!house.is_in(&token).await);
    })
    .await;
}

#[tokio::test]
async fn another_password_and_an_ended_account_end_sessions_at_once() {
    for_each_database(async |db| {
        let house = House::new(db).await;
        let (own, other) = (house.enter(None).await, house.enter(None).await);
        let mut work = house.work().await;
        let hash = password::hash("five finches on a wire").await.unwrap();
        set_password(&mut work, house.eva.id, &hash, Some(&own)).await.unwrap();
        work.commit().await.unwrap();
        assert!(house.is_in(&own).await && !house.is_in(&other).await);
        let mut work = house.work().await;
        let eva = User::find(&mut work, house.eva.id).await.unwrap();
        update_user(&mut work, &User { is_active: false, ..eva }).await.unwrap();
        work.commit().await.unwrap();
        assert!(!house.is_in(&own).await);
        let knocked = house.knock("eva", "five finches on a wire", HERE, None).await;
        assert!(matches!(knocked, SignIn::Refused));
    })
    .await;
}

#[tokio::test]
async fn wrong_unknown_ended_and_absurd_are_refused_alike() {
    for_each_database(async |db| {
        let mut house = House::new(db).await;
        house.rules.max_failed_sign_ins = 100;
        let mut work = house.work().await;
        let new =
            NewUser { username: "ole", email: "", password_hash: None, is_superuser: false, groups: &[] };
        create_user(&mut work, new).await.unwrap();
        work.commit().await.unwrap();
        let longer = format!("{PASSWORD}{}", " ".repeat(100));
        let absurd = "x".repeat(1_000_000);
        for (name, password) in [
            ("eva", "wrong"),
            ("eva", ""),
            ("eva", &longer),
            ("eva", &absurd),
            ("eva", "four finches on a wire\0"),
            ("Eva", PASSWORD),
            ("nobody", PASSWORD),
            ("", PASSWORD),
            ("ole", ""),
            ("ole", "!"),
            ("' or 1=1 --", PASSWORD),
        ] {
            let knocked = house.knock(name, password, HERE, None).await;
            assert!(matches!(knocked, SignIn::Refused), "{name}");
        }
        let knocked = house.knock("eva@example.org", PASSWORD, HERE, None).await;
        assert!(matches!(knocked, SignIn::Welcome(_)));
    })
    .await;
}

#[tokio::test]
async fn passwords_that_differ_at_their_far_end_are_different() {
    for_each_database(async |db| {
        let house = House::new(db).await;
        let long = "finch ".repeat(30);
        let mut work = house.work().await;
        set_password(&mut work, house.eva.id, &password::hash(&format!("{long}a")).await.unwrap(), None)
            .await
            .unwrap();
        work.commit().await.unwrap();
        let knocked = house.knock("eva", &format!("{long}b"), HERE, None).await;
        assert!(matches!(knocked, SignIn::Refused));
        let knocked = house.knock("eva", &format!("{long}a"), HERE, None).await;
        assert!(matches!(knocked, SignIn::Welcome(_)));
    })
    .await;
}

#[tokio::test]
async fn guessing_slows_down_where_it_happens_and_locks_nobody_out_elsewhere() {
    for_each_database(async |db| {
        let house = House::new(db).await;
        let forgiven = house.rules.max_failed_sign_ins;
        for _ in 0..forgiven {
            let knocked = house.knock("eva", "wrong", HERE, None).await;
            assert!(matches!(knocked, SignIn::Refused));
        }
        for name in ["eva", " EVA "] {
            let knocked = house.knock(name, PASSWORD, HERE, None).await;
            assert!(matches!(knocked, SignIn::Wait(seconds) if seconds > 0), "{name}");
        }
        let elsewhere = house.knock("eva", PASSWORD, "198.51.100.3", None).await;
        assert!(matches!(elsewhere, SignIn::Welcome(_)));
        house.wait(3600);
        assert!(matches!(house.knock("eva", PASSWORD, HERE, None).await, SignIn::Welcome(_)));
        // One machine that tries every account is slowed down, too.
        let mut waits = 0;
        for number in 0..60 {
            let knocked = house.knock(&format!("user{number}"), "wrong", "203.0.113.9", None).await;
            waits += i32::from(matches!(knocked, SignIn::Wait(_)));
        }
        assert!(waits > 0);
    })
    .await;
}

#[tokio::test]
async fn the_first_account_is_made_once_by_whoever_has_the_link() {
    for_each_database(async |db| {
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
        let begin = async || Work::begin(&db, &clock, Actor::System("test")).await.unwrap();
        let mut work = begin().await;
        let old = set_up_link(&mut work).await.unwrap().unwrap();
        let link = set_up_link(&mut work).await.unwrap().unwrap();
        work.commit().await.unwrap();
        let first = |username| FirstUser {
            username,
            email: "",
            password_hash: "!".to_owned(),
            address: HERE.parse().unwrap(),
            agent: "",
        };
        for wrong in [&old, &Token::sent(""), &Token::sent("guessed")] {
            let mut work = begin().await;
            let done = set_up(&mut work, wrong, first("mallory")).await;
            assert!(done.err().is_some_and(|error| error.is_not_found()));
        }
        // Two at the same instant: one is in.
        let uses = ["ida", "ole"].map(|name| {
            let (link, first) = (link.clone(), first(name));
            let begun = begin();
            async move {
                let mut work = begun.await;
                let done = set_up(&mut work, &link, first).await;
                if done.is_ok() {
                    work.commit().await.unwrap();
                }
                done.is_ok()
            }
        });
        let [a, b] = uses;
        let (a, b) = tokio::join!(a, b);
        assert!(a != b);
        let mut work = begin().await;
        assert_eq!(User::count(&mut work).await.unwrap(), 1);
        assert!(set_up_link(&mut work).await.unwrap().is_none());
    })
    .await;
}
