//! The spellings that truly differ between databases, each one function.

use std::borrow::Cow;

use super::spelling;

/// Seconds that anything waits for a row lock of MySQL or MariaDB before it is told "busy".
const MYSQL_PATIENCE: u32 = 20;

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, inside the program.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
    /// A MariaDB server.
    MariaDb,
    /// A MySQL server: MariaDB's spellings but for the collation that counts trailing blanks.
    MySql,
}

impl Dialect {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        }
    }

    /// The collation that compares text by bytes, trailing blanks included, where one has to be named.
    pub(super) fn collation(self) -> &'static str {
        match self {
            Self::Sqlite => "binary",
            Self::Postgres => "\"C\"",
            Self::MariaDb => "utf8mb4_nopad_bin",
            Self::MySql => "utf8mb4_0900_bin",
        }
    }

    /// What a type word of a migration means here. Text compares by bytes everywhere. InnoDB's indexes take 3072
    /// bytes, four a character: a type and a place in the tree, or three names of which one is short. What is longer
    /// is indexed by its beginning, which `@start` says behind a column. PostgreSQL alone has to be told where nulls
    /// stand in an index: `@nullsfirst` puts them where all lists have them. Of which table an index goes is told to
    /// MySQL alone: `drop index a @on b @done`.
    pub(super) fn type_word(self, word: &str) -> Option<String> {
        let text = |kind: &str| format!("{kind} collate {}", self.collation());
        Some(match (self, word) {
            (Self::Sqlite, "int") => "integer".into(),
            (Self::Sqlite, "real") => "real".into(),
            (Self::Sqlite, "text" | "name" | "short" | "path" | "url") => "text".into(),
            (Self::Sqlite, "bytes") => "blob".into(),
            (Self::Postgres, "int") => "bigint".into(),
            (Self::Postgres, "real") => "double precision".into(),
            (Self::Postgres, "text" | "name" | "short" | "path" | "url") => text("text"),
            (Self::Postgres, "bytes") => "bytea".into(),
            (Self::Sqlite | Self::Postgres, "start") => String::new(),
            (Self::Postgres, "nullsfirst") => " nulls first".into(),
            (_, "nullsfirst") => String::new(),
            (Self::Sqlite | Self::Postgres, "on") => "/* of".into(),
            (Self::Sqlite | Self::Postgres, "done") => "*/".into(),
            (_, "int") => "bigint".into(),
            (_, "real") => "double".into(),
            (_, "text") => text("longtext character set utf8mb4"),
            (_, "name") => text("varchar(255) character set utf8mb4"),
            (_, "short") => text("varchar(250) character set utf8mb4"),
            (_, "path") => text("varchar(504) character set utf8mb4"),
            (_, "url") => text("varchar(3000) character set utf8mb4"),
            (_, "bytes") => "longblob".into(),
            (_, "start") => "(512)".into(),
            (_, "on") => "on".into(),
            (_, "done") => String::new(),
            _ => return None,
        })
    }

    /// A portable text as this database takes it.
    pub(super) fn spelt(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Sqlite => Cow::Borrowed(text),
            Self::Postgres => spelling::numbered(text),
            Self::MariaDb | Self::MySql => spelling::for_mysql(text),
        }
    }

    /// Whether a definition of a table ends the transaction that it stands in.
    pub(super) fn commits_definitions(self) -> bool {
        matches!(self, Self::MariaDb | Self::MySql)
    }

    /// What a connection is told when it is made, where the driver's options do not say it.
    pub(super) fn greeting(self) -> String {
        format!(
            "set names utf8mb4 collate {}, time_zone = '+00:00', innodb_lock_wait_timeout = {MYSQL_PATIENCE}, \
             default_storage_engine = InnoDB, \
             sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,\
             ERROR_FOR_DIVISION_BY_ZERO'; \
             set session transaction isolation level read committed",
            self.collation()
        )
    }

    /// Adds `?` to the named row of a table of (name, value), making it if need be, and gives the new value.
    pub(super) fn add_to_counter(self, table: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!(
                "insert into {table} (name, value) values (?, ?) \
                 on conflict (name) do update set value = {table}.value + excluded.value returning value"
            ),
            // The server tells `last_insert_id` with its answer.
            Self::MariaDb | Self::MySql => format!(
                "insert into {table} (name, value) values (?, last_insert_id(?)) \
                 on duplicate key update value = last_insert_id(value + values(value))"
            ),
        }
    }

    /// The same where a row is there already. Adding beside others who add and roll back, an insert of InnoDB would
    /// wait for the gap that another one holds, and one of the two be told "deadlock".
    pub(super) fn add_to_known_counter(table: &str) -> String {
        format!("update {table} set value = last_insert_id(value + ?) where name = ?")
    }

    /// Raises the named row of a table of (name, value) to at least `?`.
    pub(super) fn raise_counter(self, table: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!(
                "insert into {table} (name, value) values (?, ?) on conflict (name) do update \
                 set value = excluded.value where excluded.value > {table}.value"
            ),
            Self::MariaDb | Self::MySql => format!(
                "insert into {table} (name, value) values (?, ?) \
                 on duplicate key update value = greatest(value, values(value))"
            ),
        }
    }

    /// What stands behind a select whose rows nobody else may change until the transaction ends; rows that somebody else
    /// holds are left out. Where there is one writer, its transaction is lock enough.
    pub fn holding(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MariaDb | Self::MySql => " for update skip locked",
        }
    }

    /// What has the planner look at the tables. Measured with 20,000 pages just written: PostgreSQL lists 20 of them
    /// in 14 ms before and 0.6 ms after; SQLite plans well without, and with its STAT4 it prepares a statement anew
    /// for every value, so that a look-up takes 0.11 ms in place of 0.04 ms. InnoDB looks by itself.
    pub(super) fn analyze(self) -> Option<&'static str> {
        match self {
            Self::Sqlite | Self::MariaDb | Self::MySql => None,
            Self::Postgres => Some("analyze"),
        }
    }

    /// How the tables and columns of the store are listed, as (table, column), in byte order.
    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "select t.name, c.name from sqlite_master t join pragma_table_info(t.name) c \
                 where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' order by 1, 2"
            }
            Self::Postgres => {
                "select cast(table_name as text) collate \"C\", cast(column_name as text) collate \"C\" \
                 from information_schema.columns where table_schema = current_schema() order by 1, 2"
            }
            Self::MariaDb | Self::MySql => {
                "select table_name, column_name from information_schema.columns \
                 where table_schema = database() order by cast(table_name as binary), cast(column_name as binary)"
            }
        }
    }

    /// How the indexes of the store are listed, as (table, index), in byte order.
    pub(super) fn indexes(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "select tbl_name, name from sqlite_master \
                 where type = 'index' and name not like 'sqlite\\_%' escape '\\' order by 1, 2"
            }
            Self::Postgres => {
                "select cast(tablename as text) collate \"C\", cast(indexname as text) collate \"C\" \
                 from pg_indexes where schemaname = current_schema() \
                 and indexname not like '%\\_pkey' order by 1, 2"
            }
            Self::MariaDb | Self::MySql => {
                "select table_name, index_name from information_schema.statistics \
                 where table_schema = database() and index_name <> 'PRIMARY' group by table_name, index_name \
                 order by cast(table_name as binary), cast(index_name as binary)"
            }
        }
    }
}
