//! Declaring a section once: its struct, its defaults, how its keys are read and what the reference says of them.

use toml_edit::{Array, Value};
use url::Url;

/// A key as the reference tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The table it stands in; empty for the top of the file.
    pub section: &'static str,
    /// Its name in that table.
    pub key: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// What it is unless somebody says otherwise, as TOML; empty if nothing.
    pub default: String,
    /// What it does.
    pub what: String,
}

impl Setting {
    /// As it is written in full: `server.port`.
    pub fn path(&self) -> String {
        if self.section.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.section, self.key) }
    }

    /// The variable that goes before the file: `SISKIN_SERVER__PORT`.
    pub fn variable(&self) -> String {
        let name = if self.section.is_empty() {
            self.key.to_owned()
        } else {
            format!("{}__{}", self.section, self.key)
        };
        format!("SISKIN_{}", name.to_uppercase())
    }
}

/// One table of the file.
pub(super) trait Section {
    /// Its name.
    fn table(&self) -> &'static str;
    /// Its keys; the values are what they now are.
    fn settings(&self) -> Vec<Setting>;
    /// Sets a key; `None` if there is no such key, else whether the value suits it.
    fn set(&mut self, key: &str, value: &Value) -> Option<Result<(), String>>;
}

/// A type that a key's value is read into.
pub(super) trait Kind: Sized {
    /// What it is called in messages: "an integer".
    const NAME: &'static str;
    /// Reads the value as written in the file; the problem is what it must be instead.
    fn read(value: &Value) -> Option<Self>;
    /// As TOML; empty if unset.
    fn shown(&self) -> String;
}

/// What a variable of the environment is as a TOML value. Texts stay texts, so that a password of digits is one.
pub(super) fn from_variable(kind: &str, text: &str) -> Value {
    let parsed = match kind {
        <Vec<String> as Kind>::NAME => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            return Value::Array(parts.collect::<Array>());
        }
        <u64 as Kind>::NAME => text.trim().parse::<i64>().ok().map(Value::from),
        ThemeName::NAME if text.trim() == "false" => Some(Value::from(false)),
        <bool as Kind>::NAME => text.trim().parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

impl Kind for String {
    const NAME: &'static str = "a text";

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn shown(&self) -> String {
        quoted(self)
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The folder of a theme, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeName(pub Option<String>);

impl Kind for ThemeName {
    const NAME: &'static str = "the name of a folder in themes/, or false";

    fn read(value: &Value) -> Option<Self> {
        match value.as_bool() {
            Some(wanted) => (!wanted).then_some(Self(None)),
            None => value.as_str().map(|name| Self(Some(name.to_owned()))),
        }
    }

    fn shown(&self) -> String {
        self.0.as_deref().map_or_else(|| "false".to_owned(), quoted)
    }
}

impl Kind for Vec<String> {
    const NAME: &'static str = "a list of texts";

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn shown(&self) -> String {
        format!("[{}]", self.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
    }
}

impl Kind for Url {
    const NAME: &'static str = "an address such as \"https://example.org\"";

    fn read(value: &Value) -> Option<Self> {
        let url = Url::parse(value.as_str()?).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
    }

    fn shown(&self) -> String {
        quoted(self.as_str())
    }
}

impl Kind for Option<Url> {
    const NAME: &'static str = <Url as Kind>::NAME;

    fn read(value: &Value) -> Option<Self> {
        if value.as_str() == Some("") { Some(None) } else { Url::read(value).map(Some) }
    }

    fn shown(&self) -> String {
        self.as_ref().map(Kind::shown).unwrap_or_default()
    }
}

macro_rules! integer {
    ($($type:ty),+) => { $(
        impl Kind for $type {
            const NAME: &'static str = "a whole number";

            fn read(value: &Value) -> Option<Self> {
                value.as_integer().and_then(|number| number.try_into().ok())
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+ };
}

integer!(u16, u32, u64, usize);

pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Declares a section: `name ("table") { /// what it does.  key: Type = default; }`.
macro_rules! section {
    ($(#[doc = $about:literal])+ $name:ident ($table:literal) {
        $($(#[doc = $what:literal])+ $key:ident : $type:ty = $default:expr;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name { $($(#[doc = $what])+ pub $key: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default),+ }
            }
        }

        impl $crate::config::value::Section for $name {
            fn table(&self) -> &'static str {
                $table
            }

            fn settings(&self) -> Vec<$crate::config::value::Setting> {
                vec![$($crate::config::value::Setting {
                    section: $table,
                    key: stringify!($key),
                    kind: <$type as $crate::config::value::Kind>::NAME,
                    default: $crate::config::value::Kind::shown(&self.$key),
                    what: concat!($($what, "\n"),+).trim().replace("\n ", "\n"),
                }),+]
            }

            fn set(&mut self, key: &str, value: &toml_edit::Value) -> Option<Result<(), String>> {
                match key {
                    $(stringify!($key) => Some(match <$type as $crate::config::value::Kind>::read(value) {
                        Some(read) => {
                            self.$key = read;
                            Ok(())
                        }
                        None => Err(format!("must be {}", <$type as $crate::config::value::Kind>::NAME)),
                    }),)+
                    _ => None,
                }
            }
        }
    };
}

/// Declares a choice among words: `Name ("a or b") { /// what it means.  Variant = "word" }`.
macro_rules! choice {
    ($(#[doc = $about:literal])+ $name:ident ($words:literal) {
        $($(#[doc = $what:literal])+ $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $what])+ $variant),+ }

        impl $crate::config::value::Kind for $name {
            const NAME: &'static str = $words;

            fn read(value: &toml_edit::Value) -> Option<Self> {
                match value.as_str()? {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn shown(&self) -> String {
                match self {
                    $(Self::$variant => $crate::config::value::quoted($word)),+
                }
            }
        }
    };
}

pub(super) use {choice, section};
