//! `siskin config`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::cms::SiteFolder;
use crate::config as settings;
use crate::error::Result;

/// Check the configuration, or read what can be configured.
#[derive(Args)]
pub struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read config.toml and the environment, and tell every problem with its place. Warns of what is unwise in public.
    Check,
    /// Print every key with its type, default, environment variable and meaning, as Markdown.
    Reference,
}

impl Config {
    pub fn run(self, site: &SiteFolder) -> Result<ExitCode> {
        match self.command {
            Command::Check => check(&site.config()?),
            Command::Reference => print!("{}", settings::reference_page()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn check(config: &settings::Config) {
    println!("The configuration is in order; the site's address is {}", config.base_url);
    for warning in warnings(config) {
        println!("  in public: {warning}");
    }
}

/// What is fine at home and unwise in public.
fn warnings(config: &settings::Config) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if config.base_url.scheme() != "https" {
        warnings.push("base_url is not https, so sessions travel unprotected and cookies are not Secure");
    }
    if config.server.allowed_hosts.iter().any(|host| host == "*") {
        warnings.push("server.allowed_hosts has \"*\", so any host name is answered");
    }
    if config.server.trusted_proxies.iter().any(|proxy| proxy.ends_with("/0")) {
        warnings.push("server.trusted_proxies trusts everybody, so anybody can say where they come from");
    }
    if config.database.synchronous != settings::Synchronous::Full {
        warnings.push("database.synchronous is not \"full\", so a power cut may lose saves");
    }
    if config.accounts.min_password_length < 8 {
        warnings.push("accounts.min_password_length is below 8");
    }
    warnings
}
