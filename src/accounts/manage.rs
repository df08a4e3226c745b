//! Verbs on accounts: make one, change it, give it a password, put it into groups; and the importer's twin of them.

use serde_json::json;

use crate::base::Token;
use crate::error::{Error, Result};

use super::group::{self, GROUP, Group, StoredGrant};
use super::session::Session;
use super::{Action, Scope, USER, User, Work, event, must};

/// The longest name to sign in with, as Django's.
const LONGEST_NAME: usize = 150;

/// A new account: the id, the moment and an unusable password are filled in by [`create_user`].
pub struct NewUser<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// Their address, or nothing.
    pub email: &'a str,
    /// The hash of their password; `None` if they cannot sign in with one yet.
    pub password_hash: Option<String>,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// The ids of their groups.
    pub groups: &'a [i64],
}

/// Makes an account. Only a superuser makes another one.
pub async fn create_user(work: &mut Work, new: NewUser<'_>) -> Result<User> {
    must(&work.actor, Action::Add, &Scope::Type(USER), "add users")?;
    only_superusers_lift(work, new.is_superuser)?;
    acceptable_name(new.username)?;
    let user = User {
        email: new.email.to_owned(),
        password: new.password_hash.unwrap_or_else(|| super::user::UNUSABLE.to_owned()),
        is_superuser: new.is_superuser,
        is_staff: new.is_superuser,
        ..User::new(work.next(USER).await?, new.username, work.now)
    };
    user.insert(work).await?;
    group::set_memberships(work, user.id, new.groups).await?;
    work.record(event("user.created", user.id, json!({ "username": user.username })));
    Ok(user)
}

/// Stores a changed account. An account that ended loses its sessions.
pub async fn update_user(work: &mut Work, user: &User) -> Result<()> {
    let own = work.actor.id() == Some(user.id);
    let before = User::find(work, user.id).await?;
    if !own {
        must(&work.actor, Action::Change, &Scope::Type(USER), "change users")?;
    }
    let rights = |user: &User| (user.is_superuser, user.is_active, user.is_staff);
    if rights(&before) != rights(user) {
        must(&work.actor, Action::Change, &Scope::Type(USER), "change users")?;
        only_superusers_lift(work, user.is_superuser || before.is_superuser)?;
    }
    acceptable_name(&user.username)?;
    // The password has a verb of its own, which ends the sessions.
    User { password: before.password, ..user.clone() }.update(work).await?;
    if !user.is_active {
        Session::end_all(work, user.id, None).await?;
    }
    work.record(event("user.changed", user.id, json!({ "username": user.username })));
    Ok(())
}

/// Gives a user another password, and ends all their sessions but the one of `kept`.
pub async fn set_password(work: &mut Work, user: i64, hash: &str, kept: Option<&Token>) -> Result<()> {
    let user = User::find(work, user).await?;
    if work.actor.id() != Some(user.id) {
        must(&work.actor, Action::Change, &Scope::Type(USER), "change this user's password")?;
        only_superusers_lift(work, user.is_superuser)?;
    }
    if !user.set_password(work, hash).await? {
        return Err(Error::Conflict("the password was changed by somebody else just now".into()));
    }
    Session::end_all(work, user.id, kept).await?;
    work.record(event("user.password_changed", user.id, json!({})));
    Ok(())
}

/// Puts these groups in place of the user's.
pub async fn set_groups(work: &mut Work, user: i64, groups: &[i64]) -> Result<()> {
    must(&work.actor, Action::Change, &Scope::Type(USER), "change users")?;
    let user = User::find(work, user).await?;
    group::set_memberships(work, user.id, groups).await?;
    work.record(event("user.changed", user.id, json!({ "groups": groups })));
    Ok(())
}

/// Makes a group with what its members may do.
pub async fn create_group(work: &mut Work, name: &str, grants: &[StoredGrant]) -> Result<Group> {
    must(&work.actor, Action::Add, &Scope::Type(GROUP), "add groups")?;
    let group = Group { id: work.next(GROUP).await?, name: name.to_owned() };
    store_group(work, &group, grants, "group.created").await?;
    Ok(group)
}

/// The importer's way to an account: with its id, times and password hash as recorded. Twice renews it.
pub async fn restore_user(work: &mut Work, user: &User, groups: &[i64]) -> Result<()> {
    must(&work.actor, Action::Change, &Scope::Admin, "restore users")?;
    only_superusers_lift(work, true)?;
    match User::get(work, user.id).await? {
        Some(_) => user.update(work).await?,
        None => user.insert(work).await?,
    }
    work.reserve(USER, user.id).await?;
    group::set_memberships(work, user.id, groups).await?;
    work.record(event("user.restored", user.id, json!({ "username": user.username })));
    Ok(())
}

/// The importer's way to a group, with its id. Twice renews it.
pub async fn restore_group(work: &mut Work, group: &Group, grants: &[StoredGrant]) -> Result<()> {
    only_superusers_lift(work, true)?;
    work.reserve(GROUP, group.id).await?;
    store_group(work, group, grants, "group.restored").await
}

async fn store_group(
    work: &mut Work,
    group: &Group,
    grants: &[StoredGrant],
    kind: &'static str,
) -> Result<()> {
    match Group::get(work, group.id).await? {
        Some(_) => group.update(work).await?,
        None => group.insert(work).await?,
    }
    group.set_grants(work, grants).await?;
    work.record(super::group_event(kind, group));
    Ok(())
}

/// Rights that would make somebody mightier than whoever gives them are a superuser's to give.
fn only_superusers_lift(work: &Work, lifts: bool) -> Result<()> {
    let mighty = work.actor.person().is_none_or(|person| person.is_superuser);
    if lifts && !mighty { Err(Error::Forbidden("make or change superusers".into())) } else { Ok(()) }
}

/// Names are told apart by sight: no blanks at the ends, nothing invisible.
pub(super) fn acceptable_name(name: &str) -> Result<()> {
    let told = if name.is_empty() {
        "Choose a user name."
    } else if name.chars().count() > LONGEST_NAME {
        "A user name has at most 150 characters."
    } else if name.trim() != name || name.chars().any(char::is_control) {
        "A user name has no blanks at its ends and nothing invisible in it."
    } else {
        return Ok(());
    };
    Err(Error::invalid("username", told))
}
