//! Who is asking: nobody known, a person, or the program itself.

use std::sync::Arc;

use super::Grant;

/// Who is asking, or who makes a change.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A visitor who has not signed in.
    Anonymous,
    /// Somebody who has.
    Person(Arc<Person>),
    /// The program itself, by the name of what it is doing: `schedule`, `import`, `command`.
    System(&'static str),
}

impl Actor {
    /// The user's id, if it is a person.
    pub fn id(&self) -> Option<i64> {
        self.person().map(|person| person.id)
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&Arc<Person>> {
        match self {
            Self::Person(person) => Some(person),
            Self::Anonymous | Self::System(_) => None,
        }
    }

    /// What the event log calls them.
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Person(person) => person.username.clone(),
            Self::System(name) => format!("system:{name}"),
        }
    }

    /// Whether somebody signed in stands behind the request.
    pub fn is_signed_in(&self) -> bool {
        self.person().is_some()
    }
}

/// Somebody with an account, together with everything that decides what they may do. Never holds a secret.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// The user's id.
    pub id: i64,
    /// The name they sign in with.
    pub username: String,
    /// Their address, or nothing.
    pub email: String,
    /// Their first name, or nothing.
    pub first_name: String,
    /// Their last name, or nothing.
    pub last_name: String,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// Whether the account is in use; who is not active may do nothing.
    pub is_active: bool,
    /// The language they want the admin in; empty for the site's.
    pub language: String,
    /// The zone they are shown times in; empty for the site's.
    pub time_zone: String,
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// The ids of their groups.
    pub groups: Vec<i64>,
    /// What their groups allow them.
    pub grants: Vec<Grant>,
}

impl Person {
    /// Their full name, or what they sign in with.
    pub fn display_name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name);
        if full.trim().is_empty() { self.username.clone() } else { full.trim().to_owned() }
    }
}
