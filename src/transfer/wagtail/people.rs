//! Users with their passwords as Django hashed them, groups, and what groups may do.

use std::collections::HashMap;

use serde_json::Value;

use super::dump::Row;
use super::identity::Permission;
use super::identity::model;
use super::report::Fate;
use super::run::Item;
use super::run::Run;
use super::run::time;
use crate::accounts::Action;
use crate::accounts::GROUP;
use crate::accounts::Group;
use crate::accounts::StoredGrant;
use crate::accounts::USER;
use crate::accounts::User;
use crate::accounts::Work;
use crate::accounts::restore_group;
use crate::accounts::restore_user;
use crate::base::sha256_hex;
use crate::error::Result;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;

/// Columns of Django's users that are no fields of the site's own.
const USER_COLUMNS: &[&str] = &[
    "password",
    "last_login",
    "is_superuser",
    "username",
    "first_name",
    "last_name",
    "email",
    "is_staff",
    "is_active",
    "date_joined",
    "groups",
    "user_permissions",
];
const NEVER_MADE: &str = "its group, page or collection is not in the dump";

impl Run<'_> {
    /// Decides which ids groups and users have here: by name where somebody is there already.
    pub async fn meet_people(&mut self, work: &mut Work) -> Result<()> {
        let user_model = self.source.identity.special().user.clone();
        for (model, family) in [(model::GROUP.to_owned(), GROUP), (user_model, USER)] {
            for row in self.source.dump.rows(&model) {
                let row = row?;
                let Some(there) = self.source.identity.id_of(&row) else { continue };
                work.reserve(family, there).await?;
                let here = match family {
                    GROUP => id_of_group(work, row.text("name"), there).await?,
                    _ => id_of_user(work, username(&row), there).await?,
                };
                self.ids.set(family, there, here);
            }
        }
        Ok(())
    }

    /// Writes users with their groups and profiles.
    pub async fn users(&mut self, work: &mut Work) -> Result<()> {
        let model = self.source.identity.special().user.clone();
        let profiles = self.profiles()?;
        for row in self.source.dump.rows(&model) {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            let groups = self.groups_of(&row);
            let user = self.user(&row, there, profiles.get(&there));
            let before = User::get(work, user.id).await?;
            let item = Item::of(&row, there, format!("user {}", user.username));
            let is_known = self.marks.contains_key(&(item.model.clone(), there.to_string()));
            if self.is_beneath && before.is_some() && !is_known {
                self.report.decide(row.number, Fate::Out("there is somebody of this name already"));
                continue;
            }
            let state = before.as_ref().map(state_of);
            if self.is_to_be_written(&item, state.as_deref()) {
                let user = with_own_password(user, before);
                restore_user(work, &user, &groups).await?;
                self.remember(work, &item, USER, user.id, &state_of(&user)).await?;
            }
        }
        for (owner, profile) in profiles {
            let fate = if self.ids.get(USER, owner).is_some() { Fate::In } else { Fate::Kept };
            self.report.decide(profile.number, fate);
        }
        Ok(())
    }

    fn profiles(&self) -> Result<HashMap<i64, Row>> {
        let model = &self.source.identity.special().user;
        let rows = self.source.dump.rows("wagtailusers.userprofile");
        let owned =
            rows.map(|row| row.map(|row| (self.source.identity.resolve(model, row.get("user")), row)));
        owned
            .filter_map(|owned| owned.map(|(owner, row)| owner.map(|owner| (owner, row))).transpose())
            .collect()
    }

    fn groups_of(&self, row: &Row) -> Vec<i64> {
        let groups = row.get("groups").as_array().into_iter().flatten();
        let ids = groups.filter_map(|group| self.source.identity.resolve(model::GROUP, group));
        ids.filter_map(|id| self.ids.get(GROUP, id)).collect()
    }

    fn user(&self, row: &Row, there: i64, profile: Option<&Row>) -> User {
        let text = |field: &str| profile.map(|profile| profile.text(field).to_owned()).unwrap_or_default();
        let own = row.fields.iter().filter(|(name, _)| !USER_COLUMNS.contains(&name.as_str()));
        let theme =
            Some(text("theme")).filter(|theme| !theme.is_empty()).unwrap_or_else(|| "system".to_owned());
        User {
            id: self.ids.get(USER, there).unwrap_or(there),
            username: username(row).to_owned(),
            email: row.text("email").to_owned(),
            first_name: row.text("first_name").to_owned(),
            last_name: row.text("last_name").to_owned(),
            password: row.text("password").to_owned(),
            is_superuser: row.flag("is_superuser"),
            is_active: row.flag("is_active"),
            is_staff: row.flag("is_staff"),
            joined: time(row, "date_joined").unwrap_or(self.to.clock.now()),
            last_login: time(row, "last_login"),
            language: text("preferred_language"),
            time_zone: text("current_time_zone"),
            theme,
            doc: Value::Object(own.map(|(name, value)| (name.clone(), value.clone())).collect()),
        }
    }

    /// Writes groups with everything that their members may do.
    pub async fn groups(&mut self, work: &mut Work) -> Result<()> {
        let mut grants = self.grants()?;
        for row in self.source.dump.rows(model::GROUP) {
            let row = row?;
            let Some(there) = self.source.identity.id_of(&row) else { continue };
            let mut own = grants.remove(&there).unwrap_or_default();
            for reference in row.get("permissions").as_array().into_iter().flatten() {
                let Some(permission) = self.source.identity.permission(reference) else { continue };
                match self.type_grant(&permission) {
                    Some(grant) => own.push(grant),
                    None => self.report.notes.push(format!(
                        "group {}: there is no right like {} on {} here",
                        row.text("name"),
                        permission.codename,
                        permission.model
                    )),
                }
            }
            let group =
                Group { id: self.ids.get(GROUP, there).unwrap_or(there), name: row.text("name").to_owned() };
            self.group(work, &row, there, &group, &own).await?;
        }
        Ok(())
    }

    async fn group(
        &mut self,
        work: &mut Work,
        row: &Row,
        there: i64,
        group: &Group,
        grants: &[StoredGrant],
    ) -> Result<()> {
        let before = match Group::get(work, group.id).await? {
            Some(known) => Some(format!("{known:?} {:?}", known.grants(work).await?)),
            None => None,
        };
        let mut item = Item::of(row, there, format!("group {}", group.name));
        item.digest = sha256_hex(format!("{}{grants:?}", item.digest).as_bytes());
        let is_known = self.marks.contains_key(&(item.model.clone(), there.to_string()));
        if self.is_beneath && before.is_some() && !is_known {
            self.report.decide(row.number, Fate::Out("there is a group of this name already"));
        } else if self.is_to_be_written(&item, before.as_deref()) {
            restore_group(work, group, grants).await?;
            let after = format!("{group:?} {:?}", group.grants(work).await?);
            self.remember(work, &item, GROUP, group.id, &after).await?;
        }
        Ok(())
    }

    fn type_grant(&self, permission: &Permission) -> Option<StoredGrant> {
        if permission.codename == "access_admin" {
            return Some(StoredGrant::of_admin());
        }
        let action = action(permission)?;
        Some(StoredGrant::on_type(action, &self.label(&permission.model)?))
    }

    /// What a model is called here.
    fn label(&self, model: &str) -> Option<String> {
        let special = self.source.identity.special();
        if model == special.image {
            return Some(IMAGE.to_owned());
        }
        if model == special.document {
            return Some(DOCUMENT.to_owned());
        }
        let machinery = match model {
            "auth.group" => Some(GROUP),
            "wagtailcore.site" => Some(crate::sites::SITE),
            "wagtailcore.locale" => Some(crate::sites::LOCALE),
            "wagtailcore.collection" => Some(COLLECTION),
            "wagtailredirects.redirect" => Some("wagtailredirects.Redirect"),
            model if model == special.user => Some(USER),
            _ => None,
        };
        machinery
            .map(str::to_owned)
            .or_else(|| self.source.schema.find(model).map(|found| found.label.clone()))
    }

    /// Rights on pages, collections and sites, by group.
    fn grants(&mut self) -> Result<HashMap<i64, Vec<StoredGrant>>> {
        let mut grants: HashMap<i64, Vec<StoredGrant>> = HashMap::new();
        for model in [
            "wagtailcore.grouppagepermission",
            "wagtailcore.groupcollectionpermission",
            "wagtailcore.groupsitepermission",
        ] {
            for row in self.source.dump.rows(model) {
                let row = row?;
                let group = self.source.identity.resolve(model::GROUP, row.get("group"));
                let made = group.zip(self.grant(&row));
                let fate = if made.is_some() { Fate::In } else { Fate::Out(NEVER_MADE) };
                self.report.decide(row.number, fate);
                if let Some((group, grant)) = made {
                    grants.entry(group).or_default().push(grant);
                }
            }
        }
        Ok(grants)
    }

    fn grant(&self, row: &Row) -> Option<StoredGrant> {
        let identity = self.source.identity;
        let permission = identity.permission(row.get("permission"));
        if row.fields.contains_key("page") {
            // Wagtail before 5 wrote the action itself.
            let old = Action::parse(row.text("permission_type"));
            let action = old.or_else(|| permission.as_ref().and_then(action))?;
            let page =
                self.ids.get(crate::schema::PAGE_FAMILY, identity.resolve(model::PAGE, row.get("page"))?)?;
            return Some(StoredGrant::on_page(action, page));
        }
        let permission = permission?;
        let (action, label) = (action(&permission)?, self.label(&permission.model)?);
        if row.fields.contains_key("site") {
            let site = self.ids.get(crate::sites::SITE, identity.resolve(model::SITE, row.get("site"))?)?;
            return Some(StoredGrant { site: Some(site), ..StoredGrant::on_type(action, &label) });
        }
        let collection =
            self.ids.get(COLLECTION, identity.resolve(model::COLLECTION, row.get("collection"))?)?;
        Some(StoredGrant::in_collection(action, collection, &label))
    }
}

/// What of a user somebody could have edited here; signing in changes the password's hash and is no edit.
fn state_of(user: &User) -> String {
    format!(
        "{} {} {} {} {} {} {} {} {} {} {}",
        user.username,
        user.email,
        user.first_name,
        user.last_name,
        user.is_superuser,
        user.is_active,
        user.is_staff,
        user.language,
        user.time_zone,
        user.theme,
        user.doc
    )
}

/// Whoever has a password of ours by now keeps it.
fn with_own_password(user: User, before: Option<User>) -> User {
    match before {
        Some(before) if before.password.starts_with("$argon2") => {
            User { password: before.password, last_login: before.last_login, ..user }
        }
        _ => user,
    }
}

/// `change_page` on `wagtailcore.page`: change.
fn action(permission: &Permission) -> Option<Action> {
    let model = permission.model.split('.').nth(1)?;
    Action::parse(permission.codename.strip_suffix(model)?.strip_suffix('_')?)
}

fn username(row: &Row) -> &str {
    let name = row.text("username");
    if name.is_empty() { row.text("email") } else { name }
}

async fn id_of_group(work: &mut Work, name: &str, there: i64) -> Result<i64> {
    if let Some(known) = Group::by_name(work, name).await? {
        return Ok(known.id);
    }
    match Group::get(work, there).await? {
        Some(_) => work.next(GROUP).await,
        None => Ok(there),
    }
}

async fn id_of_user(work: &mut Work, name: &str, there: i64) -> Result<i64> {
    if let Some(known) = User::by_username(work, name).await? {
        return Ok(known.id);
    }
    match User::get(work, there).await? {
        Some(_) => work.next(USER).await,
        None => Ok(there),
    }
}
