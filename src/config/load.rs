//! Reading `config.toml` and the environment into [`Config`], with every problem told at its place.

use std::path::Path;

use toml_edit::{ImDocument, Item, Value};
use url::Url;

use crate::error::{Error, Result};

use super::value::{Kind, Setting, from_variable};
use super::{Config, FILE, reference};

/// The key at the top of the file, outside any section.
const BASE_URL: &str = "base_url";
/// What the variables of the environment begin with.
const PREFIX: &str = "SISKIN_";

pub(super) fn from_folder(site_dir: &Path) -> Result<Config> {
    let file = site_dir.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::Setup(format!("{} cannot be read: {error}", file.display()))),
    };
    let variables = std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text)));
    let variables = variables.filter(|(name, _)| name.starts_with(PREFIX));
    from_parts(site_dir, &text, variables.filter_map(|(name, text)| Some((name, text.into_string().ok()?))))
}

pub(super) fn default_base_url() -> Url {
    // A constant that a test reads; `Url` has no other way to be made.
    Url::parse("http://localhost:8000").unwrap_or_else(|_| unreachable!("the default base_url is a URL"))
}

pub(super) fn base_url_setting() -> Setting {
    Setting {
        section: "",
        key: BASE_URL,
        kind: Url::NAME,
        default: default_base_url().shown(),
        what: "The address that people see the site and the admin at, without a path.".into(),
    }
}

/// The configuration from the file's text and the variables; problems of both are told together.
fn from_parts(dir: &Path, text: &str, variables: impl Iterator<Item = (String, String)>) -> Result<Config> {
    let mut config = Config::defaults(dir);
    let mut problems = Vec::new();
    match ImDocument::parse(text) {
        Ok(document) => {
            for (name, item) in document.iter() {
                let place =
                    |item: &Item| format!("{FILE}:{}", line(text, document.get_key_value(name), item));
                take_item(&mut config, name, item, text, &place(item), &mut problems);
            }
        }
        Err(error) => {
            let at = error.span().map_or(1, |span| line_at(text, span.start));
            problems.push(format!("{FILE}:{at}: {}", error.message()));
        }
    }
    let mut variables: Vec<_> = variables.collect();
    variables.sort();
    for (name, text) in variables {
        take_variable(&mut config, &name, &text, &mut problems);
    }
    problems.extend(contradictions(&config));
    if problems.is_empty() { Ok(config) } else { Err(Error::Setup(problems.join("\n"))) }
}

fn take_item(
    config: &mut Config,
    name: &str,
    item: &Item,
    text: &str,
    place: &str,
    problems: &mut Vec<String>,
) {
    if let Some(table) = item.as_table_like().filter(|_| config.section(name).is_some()) {
        for (key, item) in table.iter() {
            let place = format!("{FILE}:{}", line(text, table.get_key_value(key), item));
            match item.as_value() {
                Some(value) => {
                    problems.extend(set(config, name, key, value).map(|told| format!("{place}: {told}")))
                }
                None => problems.push(format!("{place}: {}", unknown(name, key))),
            }
        }
        return;
    }
    match item.as_value() {
        Some(value) => problems.extend(set(config, "", name, value).map(|told| format!("{place}: {told}"))),
        None => problems.push(format!("{place}: {}", unknown("", name))),
    }
}

fn take_variable(config: &mut Config, name: &str, text: &str, problems: &mut Vec<String>) {
    let Some(setting) = reference().into_iter().find(|setting| setting.variable() == name) else {
        // Without a section's `__` it may be a switch of the command line or of the tests.
        if let Some((section, key)) = name.trim_start_matches(PREFIX).to_lowercase().split_once("__") {
            problems.push(format!("{name}: {}", unknown(section, key)));
        }
        return;
    };
    let value = from_variable(setting.kind, text);
    problems.extend(set(config, setting.section, setting.key, &value).map(|told| format!("{name}: {told}")));
}

/// Sets one key; what is wrong with it, if anything is.
fn set(config: &mut Config, section: &str, key: &str, value: &Value) -> Option<String> {
    let done = match (section, key) {
        ("", BASE_URL) => Some(match Url::read(value) {
            Some(url) => {
                config.base_url = url;
                Ok(())
            }
            None => Err(format!("must be {}", Url::NAME)),
        }),
        _ => config.section(section).and_then(|found| found.set(key, value)),
    };
    match done {
        None => Some(unknown(section, key)),
        Some(done) => done.err().map(|told| format!("{} {told}", path(section, key))),
    }
}

fn path(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// That there is no such key, and which there are.
fn unknown(section: &str, key: &str) -> String {
    let settings = reference();
    let mut known: Vec<&str> = settings.iter().filter(|s| s.section == section).map(|s| s.key).collect();
    if section.is_empty() || known.is_empty() {
        known = vec![BASE_URL];
        known.extend(settings.iter().map(|s| s.section).filter(|section| !section.is_empty()));
        known.dedup();
    }
    format!("there is no {}; known are {}", path(section, key), known.join(", "))
}

/// What is wrong with values that suit their keys one by one.
fn contradictions(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    let mut must = |good: bool, told: &str| {
        if !good {
            problems.push(told.to_owned());
        }
    };
    must(
        config.base_url.path() == "/",
        "base_url must be without a path: sites live at the top of their host",
    );
    must(!config.site.languages.is_empty(), "site.languages must name at least one language");
    must(config.database.connections > 0, "database.connections must be at least 1");
    must(config.api.limit_max > 0, "api.limit_max must be at least 1");
    must(config.media.renditions_at_once > 0, "media.renditions_at_once must be at least 1");
    must((1..=100).contains(&config.media.jpeg_quality), "media.jpeg_quality must be 1 to 100");
    must((1..=100).contains(&config.media.webp_quality), "media.webp_quality must be 1 to 100");
    must(config.search.writer_bytes >= 15_000_000, "search.writer_bytes must be at least 15000000");
    problems
}

fn line(text: &str, key: Option<(&toml_edit::Key, &Item)>, item: &Item) -> usize {
    let span = key.and_then(|(key, _)| key.span()).or_else(|| item.span());
    span.map_or(1, |span| line_at(text, span.start))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config> {
        let variables = variables.iter().map(|(name, text)| (name.to_string(), text.to_string()));
        from_parts(Path::new("site"), text, variables)
    }

    fn told(text: &str, variables: &[(&str, &str)]) -> String {
        read(text, variables).unwrap_err().to_string()
    }

    #[test]
    fn the_file_goes_before_the_defaults_and_the_environment_before_the_file() {
        let text = "base_url = 'https://example.org'\n[server]\nport = 80\nhost = '::'\n[site]\nlocale_prefix = 'all'";
        let variables = [
            ("SISKIN_SERVER__PORT", "81"),
            ("SISKIN_SITE__LANGUAGES", "de, en"),
            ("SISKIN_DATABASE__URL", "007"),
            ("SISKIN_TEST_POSTGRES", "x"),
        ];
        let config = read(text, &variables).unwrap();
        assert_eq!((config.server.port, config.server.host.as_str()), (81, "::"));
        assert_eq!(config.base_url.as_str(), "https://example.org/");
        assert_eq!(config.site.languages, ["de", "en"]);
        assert_eq!(config.site.locale_prefix, crate::config::LocalePrefix::All);
        assert_eq!(config.database.url, "007");
        assert_eq!(config.api.limit_max, 20);
    }

    #[test]
    fn every_problem_is_told_at_its_place() {
        let text =
            "base_url = 'ftp://x'\nserver = { prot = 1 }\n[api]\nlimit_max = 'ten'\n\n[nothing]\nx = 1\n";
        let told_at = told(text, &[("SISKIN_MEDIA__MAX_BYTES", "many"), ("SISKIN_API__X", "1")]);
        assert!(
            told_at.contains("known are port, host, ") && told_at.contains("known are base_url, server, ")
        );
        let known = regex::Regex::new("known are .*").unwrap();
        insta::assert_snapshot!(known.replace_all(&told_at, "known are .."), @r#"
        config.toml:1: base_url must be an address such as "https://example.org"
        config.toml:2: there is no server.prot; known are ..
        config.toml:4: api.limit_max must be a whole number
        config.toml:6: there is no nothing; known are ..
        SISKIN_API__X: there is no api.x; known are ..
        SISKIN_MEDIA__MAX_BYTES: media.max_bytes must be a whole number
        "#);
        assert!(told("[server\n", &[]).starts_with("config.toml:1: "), "{}", told("[server\n", &[]));
        assert!(told("base_url = 'http://x/y'\nsite.languages = []", &[]).contains("at least one language"));
    }

    #[test]
    fn the_reference_is_a_file_that_changes_nothing() {
        let mut text = String::new();
        let mut section = "";
        for setting in reference().iter().filter(|setting| !setting.default.is_empty()) {
            if setting.section != section {
                section = setting.section;
                text.push_str(&format!("[{section}]\n"));
            }
            text.push_str(&format!("{} = {}\n", setting.key, setting.default));
        }
        let config = read(&text, &[]).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::defaults(Path::new("site"))));
        assert!(reference().iter().all(|setting| setting.what.ends_with('.')));
    }
}
