//! Bringing the tables up to what this program expects, one numbered file after the other.
//!
//! A file is one portable text; its type words are spelt per dialect. All that are pending run in one transaction under
//! a lock, so a second process waits and then finds nothing to do; on MariaDB and MySQL every definition commits by
//! itself, so there the lock belongs to the connection, and a file that was broken off is gone on with. Each leaves a
//! row in `migrations` with the checksum of its text: a released file that was edited, a store that a newer program has
//! changed and a migration that only half happened are told in words before anything is touched.

use include_dir::{Dir, include_dir};

use crate::base::sha256_hex;
use crate::error::{Error, Result};
use crate::row;

use super::{Conn, Db, Dialect, Record, sql};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Rows of files that ran; `steps_left` is above zero while one runs, and stays so where definitions cannot be rolled
/// back and the program dies.
const TABLE: &str = "create table if not exists migrations (number @int not null primary key, name @name not null, \
                     checksum @name not null, steps_left @int not null)";
/// The key of PostgreSQL's advisory lock: "siskin" in ASCII.
const LOCK: i64 = 0x7369_736b_696e;
/// The name of MySQL's lock, which is one for all databases of the server and has at most 64 characters.
const LOCK_NAME: &str = "concat('siskin:', left(sha2(database(), 256), 40))";
/// Seconds that it is waited for: a year. There is no word for "as long as it takes" that both servers know.
const LOCK_SECONDS: i64 = 365 * 24 * 3600;

/// One migration file.
struct Migration {
    number: i64,
    name: &'static str,
    text: &'static str,
}

row! {
    /// What a store tells about a migration that ran.
    struct Applied {
        number: i64,
        name: String,
        checksum: String,
        steps_left: i64,
    }
}

impl Db {
    /// Runs every pending migration and names them. Doing it twice, or from two processes, does it once.
    pub async fn migrate(&self) -> Result<Vec<String>> {
        migrate_to(self, &known()?).await
    }

    /// Whether the store is exactly what this program expects; if not, the words say what to do.
    pub async fn check_version(&self) -> Result<()> {
        let known = known()?;
        let (columns, _) = self.shape().await?;
        let mut conn = self.read().await?;
        let empty = columns.iter().all(|(table, _)| table != "migrations");
        let applied = if empty { Vec::new() } else { applied(&mut conn).await? };
        agree(&known, &applied, self.dialect())?;
        let pending = known.len() - applied.iter().filter(|row| row.steps_left == 0).count();
        if pending > 0 {
            return Err(Error::Setup(format!(
                "the store is older than this program ({pending} migrations are pending); run `siskin migrate`"
            )));
        }
        Ok(())
    }
}

async fn migrate_to(db: &Db, known: &[Migration]) -> Result<Vec<String>> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    let done = run_pending(&mut tx, known).await;
    let unlocked = unlock(&mut tx).await;
    let done = done?;
    unlocked?;
    tx.commit().await?;
    Ok(done)
}

/// Waits, as long as it takes, until no other process migrates. SQLite's one writer needs no more than that.
async fn lock(conn: &mut Conn) -> Result<()> {
    match conn.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => {
            conn.execute(sql("set local lock_timeout = 0")).await?;
            conn.execute(sql("select pg_advisory_xact_lock(?)").bind(LOCK)).await.map(drop)
        }
        Dialect::MariaDb | Dialect::MySql => {
            let ask = sql(format!("select get_lock({LOCK_NAME}, ?)")).bind(LOCK_SECONDS);
            let got: Option<bool> = conn.one(ask).await?;
            let busy = || Error::Busy("another process migrates the store".into());
            got.filter(|got| *got).map(drop).ok_or_else(busy)
        }
    }
}

/// Gives back a lock that the end of the transaction does not.
async fn unlock(conn: &mut Conn) -> Result<()> {
    match conn.dialect() {
        Dialect::Sqlite | Dialect::Postgres => Ok(()),
        Dialect::MariaDb | Dialect::MySql => {
            conn.one::<Option<bool>>(sql(format!("select release_lock({LOCK_NAME})"))).await.map(drop)
        }
    }
}

async fn run_pending(conn: &mut Conn, known: &[Migration]) -> Result<Vec<String>> {
    let table = spelt(TABLE, conn.dialect())?;
    conn.define(&table).await?;
    let applied = applied(conn).await?;
    agree(known, &applied, conn.dialect())?;
    let mut done = Vec::new();
    for migration in known {
        let row = applied.iter().find(|row| row.number == migration.number);
        if row.is_some_and(|row| row.steps_left == 0) {
            continue;
        }
        run(conn, migration, row).await?;
        done.push(migration.name.to_owned());
    }
    Ok(done)
}

async fn applied(conn: &mut Conn) -> Result<Vec<Applied>> {
    conn.all(sql(format!("select {} from migrations order by number", Applied::COLUMNS))).await
}

/// Runs the steps of a file, or those that are left of one that was broken off.
async fn run(conn: &mut Conn, migration: &Migration, begun: Option<&Applied>) -> Result<()> {
    let steps = steps(&spelt(migration.text, conn.dialect())?);
    let all = steps.len() as i64;
    if begun.is_none() {
        let insert = "insert into migrations (number, name, checksum, steps_left) values (?, ?, ?, ?)";
        let row = sql(insert).bind(migration.number).bind(migration.name).bind(migration.checksum());
        conn.execute(row.bind(all)).await?;
    }
    let left = begun.map_or(all, |row| row.steps_left);
    for (number, step) in (0..).zip(&steps).skip_while(|(number, _)| *number < all - left) {
        // Where it broke off, a definition may be there though it was not counted any more.
        let may_be_there = begun.is_some() && number == all - left;
        take(conn, step, migration.number, may_be_there).await?;
    }
    Ok(())
}

/// Takes one step and counts it: rows and count in one transaction, also where definitions end those.
async fn take(conn: &mut Conn, step: &str, number: i64, may_be_there: bool) -> Result<()> {
    let alone = conn.dialect().commits_definitions();
    if alone {
        conn.define("begin").await?;
    }
    match conn.define(step).await {
        Err(Error::Conflict(_)) if may_be_there => {}
        taken => taken?,
    }
    let one_less = sql("update migrations set steps_left = steps_left - 1 where number = ?");
    conn.execute(one_less.bind(number)).await?;
    if alone {
        conn.define("commit").await?;
    }
    Ok(())
}

/// Refuses a store that this program must not touch.
fn agree(known: &[Migration], applied: &[Applied], dialect: Dialect) -> Result<()> {
    for (place, row) in applied.iter().enumerate() {
        let Applied { number, name, .. } = row;
        let goes_on = dialect.commits_definitions() && place + 1 == applied.len();
        if row.steps_left != 0 && !goes_on {
            return Err(Error::Setup(format!(
                "migration {name} only half happened ({} steps are missing); put back the backup made before it, \
                 then run `siskin migrate` again",
                row.steps_left
            )));
        }
        let Some(migration) = known.iter().find(|migration| migration.number == *number) else {
            return Err(Error::Setup(format!(
                "the store was changed by a newer siskin (migration {name}); start that version, or put back a \
                 backup made before it"
            )));
        };
        if migration.checksum() != row.checksum {
            return Err(Error::Setup(format!(
                "migration {name} is not the text that made this store; a released migration is never edited, so \
                 start the siskin that made the store, or put back the file"
            )));
        }
    }
    Ok(())
}

impl Migration {
    /// Of the text with plain line ends, so that a checkout on Windows agrees.
    fn checksum(&self) -> String {
        sha256_hex(self.text.replace("\r\n", "\n").as_bytes())
    }
}

/// The files inside the program, in order.
fn known() -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    for file in FILES.files() {
        let name = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let number = name.split_once('_').and_then(|(number, _)| number.parse().ok());
        let (Some(number), Some(text)) = (number, file.contents_utf8()) else {
            return Err(Error::Setup(format!("the migration {name} is not called NNNN_subject.sql")));
        };
        migrations.push(Migration { number, name, text });
    }
    migrations.sort_by_key(|migration| migration.number);
    if let Some(twins) = migrations.windows(2).find(|pair| pair[0].number == pair[1].number) {
        return Err(Error::Setup(format!("{} and {} have one number", twins[0].name, twins[1].name)));
    }
    Ok(migrations)
}

/// The text with every `@word` as the dialect spells it.
fn spelt(text: &str, dialect: Dialect) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.lines().enumerate() {
        let code = line.split("--").next().unwrap_or_default();
        let mut parts = code.split('@');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(part.len());
            let (word, rest) = part.split_at(end);
            let Some(spelling) = dialect.type_word(word) else {
                return Err(Error::Setup(format!("line {}: @{word} is no type word", number + 1)));
            };
            out.push_str(&spelling);
            out.push_str(rest);
        }
        out.push('\n');
    }
    Ok(dialect.spelt(&out).into_owned())
}

/// The statements of a text, which end with a `;` at the end of a line.
fn steps(text: &str) -> Vec<String> {
    text.split(";\n").map(|step| step.trim().to_owned()).filter(|step| !step.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_words_are_spelt_per_dialect_and_comments_go() {
        let text =
            "-- about @nothing;\ncreate table a (b @int not null, c @name);\n\ncreate index d on a (c);\n";
        let sqlite = steps(&spelt(text, Dialect::Sqlite).unwrap());
        assert_eq!(sqlite, ["create table a (b integer not null, c text)", "create index d on a (c)"]);
        let postgres = steps(&spelt(text, Dialect::Postgres).unwrap());
        assert_eq!(postgres[0], "create table a (b bigint not null, c text collate \"C\")");
        let maria = steps(&spelt("create table a (key @name primary key)", Dialect::MariaDb).unwrap());
        let name = "varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin";
        assert_eq!(maria, [format!("create table a (\"key\" {name} primary key)")]);
        assert!(spelt("a @date", Dialect::Sqlite).is_err());
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&crate::config::Database::default(), dir.path()).await.unwrap();
        let good = || Migration { number: 1, name: "0001_good", text: "create table good (a @int);\n" };
        let text = "create table half (a @int);\ncreate table wrong (;\n";
        assert!(migrate_to(&db, &[good(), Migration { number: 2, name: "0002_bad", text }]).await.is_err());
        assert!(db.shape().await.unwrap().0.is_empty());
        assert_eq!(migrate_to(&db, &[good()]).await.unwrap(), ["0001_good"]);
    }

    #[test]
    fn every_embedded_file_can_be_spelt() {
        for migration in known().unwrap() {
            for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MariaDb, Dialect::MySql] {
                spelt(migration.text, dialect).unwrap();
            }
        }
    }
}
