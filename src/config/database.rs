/// Where the store is.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// Where.
    pub url: String,
    /// How durable.
    pub synchronous: Synchronous,
    /// How many.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:data/siskin.db".into(), synchronous: Synchronous::Full, connections: 8 }
    }
}

/// How durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Yes.
    #[default]
    Full,
    /// Less.
    Normal,
    /// Not.
    Off,
}
