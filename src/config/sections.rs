//! Every key, once: its name, type, default and what it does.

use url::Url;

use super::value::{ThemeName, choice, section};

/// A mebibyte.
const MIB: u64 = 1024 * 1024;

section! {
    /// How the server listens.
    Server ("server") {
        /// The port that is listened on.
        port: u16 = 8000;
        /// The address that is listened on. `0.0.0.0` is every one the machine has; leave it to a proxy to be seen.
        host: String = "127.0.0.1".into();
        /// Host names that are answered besides those of the sites and of `base_url`; `*` answers all.
        allowed_hosts: Vec<String> = Vec::new();
        /// Addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-*` headers are believed.
        trusted_proxies: Vec<String> = Vec::new();
        /// Bytes that a request may bring at most, uploads included.
        max_body_bytes: u64 = 128 * MIB;
        /// Seconds after which a request that is not answered is given up.
        timeout_seconds: u64 = 60;
        /// Connections at once; one more is told 503. Each takes a file handle, so raise the system's limit with it.
        max_connections: u32 = 800;
        /// Connections at once from one address; 0 is no limit. Behind a proxy every connection comes from the proxy.
        max_connections_by_address: usize = 400;
        /// The first bits of an IPv6 address that tell one asker from another, wherever something is limited by
        /// address.
        ipv6_prefix: u16 = 64;
        /// Seconds within which the head of a request must have arrived. A connection that is kept open and sends
        /// nothing ends after them too.
        header_seconds: u64 = 20;
        /// Bytes that the head of a request may have: address, headers and cookies together.
        max_header_bytes: usize = 32 * 1024;
        /// Headers that a request may have.
        max_headers: usize = 100;
        /// Seconds for which a body may send nothing, or the other side may take nothing of an answer.
        stall_seconds: u64 = 20;
        /// Seconds that open requests may take to finish when the program is told to stop.
        grace_seconds: u64 = 20;
    }
}

section! {
    /// How much is done at once. Readers, files and editors queue apart; what finds no place is told 503.
    Load ("load") {
        /// Pages, API answers and forms that are worked on at once.
        reads_at_once: usize = 64;
        /// How many more of them may wait.
        reads_waiting: usize = 512;
        /// Images and documents that are worked on at once.
        media_at_once: usize = 32;
        /// How many more of them may wait.
        media_waiting: usize = 256;
        /// Requests of the admin that are worked on at once.
        admin_at_once: usize = 32;
        /// How many more of them may wait.
        admin_waiting: usize = 128;
        /// Seconds that a request may wait.
        wait_seconds: u64 = 5;
    }
}

section! {
    /// Requests a minute from one address; 0 is no limit. As many may come at once, then as fast as the minute goes on.
    Limits ("limits") {
        /// Of the delivery API.
        api_per_minute: u32 = 0;
        /// Of pages, feeds and a theme's files.
        pages_per_minute: u32 = 0;
        /// Of images and documents.
        media_per_minute: u32 = 0;
        /// Of the admin.
        admin_per_minute: u32 = 0;
        /// Of forms and passwords that readers send.
        forms_per_minute: u32 = 30;
    }
}

section! {
    /// Where the store is.
    Database ("database") {
        /// `sqlite:FILE`, in the site's folder unless absolute, `postgres://USER:PASSWORD@HOST/NAME`, or
        /// `mysql://USER:PASSWORD@HOST/NAME` for MariaDB.
        url: String = "sqlite:data/siskin.db".into();
        /// How much of a power cut SQLite survives. `full` loses nothing that was acknowledged; `normal` may lose the
        /// last saves; `off` may lose the store, and is for tests.
        synchronous: Synchronous = Synchronous::Full;
        /// Connections at most: readers of SQLite, all of a server.
        connections: u32 = 8;
    }
}

choice! {
    /// How much of a power cut SQLite survives.
    Synchronous ("\"full\", \"normal\" or \"off\"") {
        /// Everything that was acknowledged.
        Full = "full",
        /// All but the last saves.
        Normal = "normal",
        /// Perhaps nothing.
        Off = "off",
    }
}

section! {
    /// The delivery API.
    Api ("api") {
        /// Items that a list answers at most, whatever `limit` asks.
        limit_max: usize = 20;
        /// The address that the API's own links begin with; `base_url` unless set.
        base_url: Option<Url> = None;
        /// Whether lists take `search`.
        search: bool = true;
        /// Whether the whole API is shown to read tokens alone (`siskin token create`).
        token_required: bool = false;
        /// Origins whose pages may read the API from a browser; `*` is every one.
        /// `https://*.example.org` is every origin beneath a domain.
        cors_origins: Vec<String> = vec!["*".into()];
        /// Methods that pages of these origins may use.
        cors_methods: Vec<String> = ["GET", "HEAD", "OPTIONS"].map(String::from).to_vec();
        /// Headers that they may send.
        cors_headers: Vec<String> =
            ["Accept", "Authorization", "Content-Type", "If-None-Match", "If-Modified-Since", "X-Request-ID"]
                .map(String::from)
                .to_vec();
        /// Headers of an answer that they may read, besides those that every page may.
        cors_exposed: Vec<String> =
            ["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"].map(String::from).to_vec();
        /// Whether they may ask as whoever is signed in; the origins must then be named.
        cors_credentials: bool = false;
        /// Seconds that a browser may remember what it was told about an origin.
        cors_max_age_seconds: u64 = 7200;
    }
}

section! {
    /// Images and documents.
    Media ("media") {
        /// Pixels that an image may have at most; more is refused before it is decoded.
        max_pixels: u64 = 128_000_000;
        /// Bytes that an image may have at most.
        max_bytes: u64 = 10 * MIB;
        /// Bytes that a document may have at most.
        max_document_bytes: u64 = 100 * MIB;
        /// File name endings that documents may have.
        document_types: Vec<String> = ["csv", "docx", "key", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
            .map(String::from)
            .to_vec();
        /// Filter specs that anybody may ask for, besides those that models, themes and rich text declare.
        extra_specs: Vec<String> = Vec::new();
        /// Quality of JPEG renditions, 1 to 100.
        jpeg_quality: u16 = 85;
        /// Quality of WebP renditions, 1 to 100.
        webp_quality: u16 = 80;
        /// Renditions that are made at one time; each holds a decoded image in memory.
        renditions_at_once: usize = 2;
    }
}

section! {
    /// What new sites begin with, and what all sites share.
    SiteConfig ("site") {
        /// The name of the first site.
        name: String = "Siskin".into();
        /// Languages that content can be in, the default one first.
        languages: Vec<String> = vec!["en".into()];
        /// Which URLs begin with their language: `none`, `non-default` or `all`.
        locale_prefix: LocalePrefix = LocalePrefix::NonDefault;
        /// Where a front end of one's own shows the pages; every address that is written points there.
        front_end_url: Option<Url> = None;
        /// The zone that times are shown in unless a person has chosen one.
        time_zone: String = "UTC".into();
        /// The theme, a folder in `themes/`; `false` for none, where a front end of one's own shows the pages.
        theme: ThemeName = ThemeName(Some("starter".into()));
    }
}

choice! {
    /// Which URLs begin with their language.
    LocalePrefix ("\"none\", \"non-default\" or \"all\"") {
        /// No URL.
        None = "none",
        /// Those not in the default language.
        NonDefault = "non-default",
        /// Every URL.
        All = "all",
    }
}

section! {
    /// People and sessions.
    Accounts ("accounts") {
        /// Hours that a session lasts after it was last used.
        session_hours: u64 = 336;
        /// Characters that a password must have at least.
        min_password_length: usize = 10;
        /// Failed sign-ins of one name from one address that are forgiven; each further one has to wait twice as
        /// long as the one before, up to a quarter of an hour. Other addresses are not held up.
        max_failed_sign_ins: u32 = 5;
    }
}

section! {
    /// The search index.
    Search ("search") {
        /// Bytes that the index's writer may hold in memory, at least 15 MB.
        writer_bytes: u64 = 50 * MIB;
    }
}

section! {
    /// Answers kept in memory.
    Cache ("cache") {
        /// Whether answers are kept at all.
        enabled: bool = true;
        /// Bytes that are kept at most.
        max_bytes: u64 = 64 * MIB;
    }
}

section! {
    /// What browsers and caches on the way (a CDN, a proxy) are told of public answers. What is made for one person is
    /// `private, no-store` whatever stands here; 0 everywhere in a group leaves its answers to be asked for each time.
    Http ("http") {
        /// Seconds for which a browser may show JSON of the API without asking (`max-age`).
        api_browser_seconds: u32 = 0;
        /// Seconds for which a shared cache may (`s-maxage`); purge it by webhooks, see `docs/webhooks.md`.
        api_shared_seconds: u32 = 0;
        /// Seconds for which what is older may still be shown while a newer one is fetched (`stale-while-revalidate`).
        api_stale_seconds: u32 = 0;
        /// The same of pages of a theme, for browsers.
        pages_browser_seconds: u32 = 0;
        /// For shared caches.
        pages_shared_seconds: u32 = 0;
        /// While a newer one is fetched.
        pages_stale_seconds: u32 = 0;
        /// The same of feeds and sitemaps, for browsers.
        feeds_browser_seconds: u32 = 0;
        /// For shared caches.
        feeds_shared_seconds: u32 = 0;
        /// While a newer one is fetched.
        feeds_stale_seconds: u32 = 0;
        /// The same of images, originals and renditions, for browsers. A name that was given up can be given again, and a
        /// collection made private, so nothing there is kept for ever.
        images_browser_seconds: u32 = 3600;
        /// For shared caches.
        images_shared_seconds: u32 = 3600;
        /// While a newer one is fetched.
        images_stale_seconds: u32 = 0;
        /// The same of documents, for browsers.
        documents_browser_seconds: u32 = 0;
        /// For shared caches.
        documents_shared_seconds: u32 = 0;
        /// While a newer one is fetched.
        documents_stale_seconds: u32 = 0;
        /// The header in which public answers tell by which keys they are purged: `Surrogate-Key`, `Cache-Tag`, `xkey`;
        /// empty for none.
        surrogate_keys: String = String::new();
        /// What stands between two of them: `space` or `comma`, as the CDN wants it.
        surrogate_separator: Separator = Separator::Space;
    }
}

choice! {
    /// What stands between two surrogate keys.
    Separator ("\"space\" or \"comma\"") {
        /// As in `Surrogate-Key`.
        Space = "space",
        /// As in `Cache-Tag`.
        Comma = "comma",
    }
}

section! {
    /// Calls out on events.
    Webhooks ("webhooks") {
        /// Networks (`10.0.0.0/8`), addresses and host names that may be called although they are private; others are
        /// refused.
        allow_private: Vec<String> = Vec::new();
        /// Seconds that a receiver may take for its whole answer.
        timeout_seconds: u64 = 10;
        /// Failures in a row after which a receiver is not called any more until somebody says so.
        pause_after: u32 = 50;
        /// Days that deliveries are kept, and that those which could not be made wait.
        keep_days: u32 = 30;
        /// Finished deliveries of one receiver that are kept at most.
        keep_most: u32 = 1000;
    }
}

section! {
    /// What the program tells about itself.
    Log ("log") {
        /// What is told, as `tracing` filters are written: `info`, `siskin=debug,warn`; `siskin::store=trace` tells every
        /// statement that the store is asked.
        filter: String = "info".into();
        /// `text` for people, `json` for machines.
        format: LogFormat = LogFormat::Text;
        /// A line on standard output for every request: `off`, `text` or `json`.
        access: AccessForm = AccessForm::Off;
        /// What such a line tells, in this order: `time`, `id`, `address`, `door`, `method`, `host`, `path`, `status`,
        /// `bytes`, `ms`, `agent`, `referer`. Signatures, tokens and passwords are hidden, cookies are never told.
        access_fields: Vec<String> = ["time", "id", "address", "method", "path", "status", "bytes", "ms"]
            .map(String::from)
            .to_vec();
    }
}

choice! {
    /// The form of the access log.
    AccessForm ("\"off\", \"text\" or \"json\"") {
        /// There is none.
        Off = "off",
        /// Names and values.
        Text = "text",
        /// For machines.
        Json = "json",
    }
}

choice! {
    /// The form of log lines.
    LogFormat ("\"text\" or \"json\"") {
        /// For people.
        Text = "text",
        /// For machines.
        Json = "json",
    }
}

section! {
    /// Figures for Prometheus.
    Metrics ("metrics") {
        /// Whether requests are counted and figures shown at all.
        enabled: bool = false;
        /// The address that figures are shown at, whatever the host; for whoever may not see them there is nothing.
        path: String = "/metrics".into();
        /// Addresses or networks that may read them; empty if the token alone decides.
        allowed: Vec<String> = vec!["127.0.0.1".into(), "::1".into()];
        /// What must be sent as `Authorization: Bearer ..`; empty if the address alone decides.
        token: String = String::new();
    }
}
