//! `siskin user`

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::accounts::{self, Actor, NewUser, password};
use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::error::{Error, Result};

/// Users that a list shows at most.
const MOST_LISTED: i64 = 10_000;

/// Make accounts and give them passwords.
#[derive(Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an account. The password is asked for, or read from standard input if that is no terminal.
    Create {
        /// The name to sign in with.
        name: String,
        /// Their e-mail address.
        #[arg(long, default_value = "")]
        email: String,
        /// Let them do everything.
        #[arg(long)]
        superuser: bool,
        /// A group to put them in; may be given several times.
        #[arg(long = "group", value_name = "NAME")]
        groups: Vec<String>,
    },
    /// Give an account another password, which ends all of its sessions.
    Password {
        /// The name they sign in with.
        name: String,
    },
    /// List the accounts.
    List,
}

impl User {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        match self.command {
            Command::Create { name, email, superuser, groups } => {
                create(&cms, &name, &email, superuser, &groups).await?;
            }
            Command::Password { name } => change_password(&cms, &name).await?,
            Command::List => list(&cms).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn create(cms: &Cms, name: &str, email: &str, is_superuser: bool, groups: &[String]) -> Result<()> {
    let hash = ask_password(cms, name).await?;
    let mut work = cms.work(Actor::System("command")).await?;
    let mut ids = Vec::new();
    for group in groups {
        let found = accounts::Group::by_name(&mut work, group).await?;
        ids.push(found.ok_or_else(|| Error::not_found(format!("the group “{group}”")))?.id);
    }
    let new = NewUser { username: name, email, password_hash: Some(hash), is_superuser, groups: &ids };
    let user = accounts::create_user(&mut work, new).await?;
    cms.commit(work).await?;
    println!("{} can sign in.", user.username);
    Ok(())
}

async fn change_password(cms: &Cms, name: &str) -> Result<()> {
    let mut conn = cms.db.read().await?;
    let user = accounts::User::by_username(&mut conn, name).await?;
    drop(conn);
    let user = user.ok_or_else(|| Error::not_found(format!("the user “{name}”")))?;
    let hash = ask_password(cms, name).await?;
    let mut work = cms.work(Actor::System("command")).await?;
    accounts::set_password(&mut work, user.id, &hash, None).await?;
    cms.commit(work).await?;
    println!("{name} has a new password; all of their sessions have ended.");
    Ok(())
}

async fn list(cms: &Cms) -> Result<()> {
    for user in accounts::User::list(&mut cms.db.read().await?, MOST_LISTED, 0).await? {
        let marks = [(user.is_superuser, " superuser"), (!user.is_active, " ended")];
        let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        println!("{}\t{}\t{}{marks}", user.id, user.username, user.email);
    }
    Ok(())
}

/// Asks for a password, twice in a terminal, and gives its hash.
async fn ask_password(cms: &Cms, name: &str) -> Result<String> {
    let typed = if std::io::stdin().is_terminal() {
        let typed = ask("Password (it is shown): ")?;
        if ask("Again: ")? != typed {
            return Err(Error::Bad("the two are not the same".to_owned()));
        }
        typed
    } else {
        ask("")?
    };
    password::problems(&typed, name, cms.config.accounts.min_password_length).into_result()?;
    password::hash(&typed).await
}

fn ask(words: &str) -> Result<String> {
    print!("{words}");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
