//! Figures for Prometheus: counted on the way, shown at a guarded address.
//!
//! Names and labels are a fixed set, so that nothing that is sent makes a new one. Handles are made once; counting is
//! a handful of atomic steps.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use subtle::ConstantTimeEq;

use crate::cms::Cms;
use crate::config;
use crate::error::{Error, Result};
use crate::events;

use super::door::Door;
use super::proxies::Proxies;
use super::queue::Queues;

/// Bounds of the durations that are told apart, in seconds.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];
/// Requests after which samples are summed up, so that they do not pile up where nobody looks.
const SUM_UP_EVERY: u64 = 8192;
/// How an answer's status is told: by its first digit; `gone` is who left before the answer.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "gone"];
const METADATA: Metadata<'static> = Metadata::new("siskin", Level::INFO, None);
/// What a proxy in front adds: whoever comes through one that nobody named is not at this machine.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The figures of this process.
pub struct Meter {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    path: String,
    allowed: Proxies,
    token: String,
    doors: [Requests; Door::ALL.len()],
    counted: AtomicU64,
}

/// The figures of one door.
struct Requests {
    by_class: [Counter; CLASSES.len()],
    seconds: Histogram,
    bytes: Counter,
    in_flight: Gauge,
}

impl Meter {
    /// Figures as configured, if there are to be any.
    ///
    /// # Errors
    /// `Setup` if everybody could read them.
    pub fn new(config: &config::Metrics) -> Result<Option<Self>> {
        if !config.enabled {
            return Ok(None);
        }
        if config.allowed.is_empty() && config.token.is_empty() {
            let words = "metrics: name addresses in metrics.allowed or a metrics.token; figures are not for everybody";
            return Err(Error::Setup(words.to_owned()));
        }
        let built = PrometheusBuilder::new().set_buckets(&SECONDS).map_err(Error::internal)?;
        let recorder = built.build_recorder();
        describe(&recorder);
        Ok(Some(Self {
            handle: recorder.handle(),
            doors: Door::ALL.map(|door| Requests::of(&recorder, door)),
            recorder,
            path: config.path.clone(),
            allowed: Proxies::read("metrics.allowed", &config.allowed)?,
            token: config.token.clone(),
            counted: AtomicU64::new(0),
        }))
    }

    /// Counts a request that begins.
    pub fn begins(&self, door: Door) {
        self.doors[door.index()].in_flight.increment(1.0);
    }

    /// Counts a request that ends, with its status; `None` if whoever asked was gone.
    pub fn ends(&self, door: Door, status: Option<u16>, took: Duration, bytes: u64) {
        let requests = &self.doors[door.index()];
        requests.in_flight.decrement(1.0);
        let class = status.map_or(CLASSES.len() - 1, |status| usize::from(status / 100).clamp(1, 5) - 1);
        requests.by_class[class].increment(1);
        requests.seconds.record(took.as_secs_f64());
        requests.bytes.increment(bytes);
        if self.counted.fetch_add(1, Ordering::Relaxed) % SUM_UP_EVERY == SUM_UP_EVERY - 1 {
            self.handle.run_upkeep();
        }
    }

    /// Whether this is a request for the figures by somebody who may see them. For everybody else there are none.
    pub fn is_shown(&self, path: &str, client: (IpAddr, bool), headers: &HeaderMap) -> bool {
        path == self.path && self.admits_address(client, headers) && self.admits_token(headers)
    }

    fn admits_address(&self, (address, is_by_proxy): (IpAddr, bool), headers: &HeaderMap) -> bool {
        let is_passed_on = !is_by_proxy && FORWARDED.iter().any(|name| headers.contains_key(*name));
        self.allowed.are_none() || (!is_passed_on && self.allowed.contain(address))
    }

    fn admits_token(&self, headers: &HeaderMap) -> bool {
        let sent =
            headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        self.token.is_empty() || sent.is_some_and(|sent| bool::from(sent.ct_eq(self.token.as_bytes())))
    }

    /// The figures, as Prometheus reads them.
    pub async fn show(&self, cms: &Cms, queues: &Queues) -> Response {
        self.look(cms, queues);
        if let Err(error) = self.look_into_store(cms).await {
            tracing::warn!(%error, "the figures are shown without those of the store");
        }
        let headers = [
            (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, self.handle.render()).into_response()
    }

    fn look(&self, cms: &Cms, queues: &Queues) {
        for (name, queue) in queues.all() {
            self.set("siskin_work_running", Some(("queue", name)), queue.at_work() as f64);
            self.set("siskin_work_waiting", Some(("queue", name)), queue.waiting() as f64);
        }
        let connections = cms.db.connections();
        self.set("siskin_store_connections_open", None, f64::from(connections.open));
        self.set("siskin_store_connections_idle", None, connections.idle as f64);
        self.set("siskin_cache_bytes", None, cms.cache().bytes() as f64);
        self.set("siskin_search_documents", None, cms.index.len() as f64);
        self.set("siskin_renditions_running", None, cms.workshop.at_work() as f64);
        let cache = cms.cache();
        for (name, count) in [
            ("siskin_renditions_made_total", cms.workshop.made()),
            ("siskin_cache_hits_total", cache.hits()),
            ("siskin_cache_misses_total", cache.makings()),
            ("siskin_cache_evictions_total", cache.evictions()),
        ] {
            self.recorder.register_counter(&Key::from_static_name(name), &METADATA).absolute(count);
        }
    }

    /// How far behind the log its followers are.
    async fn look_into_store(&self, cms: &Cms) -> Result<()> {
        let head = events::head(&mut cms.db.read().await?).await?;
        let lag = |followed: i64| head.saturating_sub(followed).max(0) as f64;
        self.set("siskin_log_head", None, head as f64);
        self.set("siskin_follower_lag_events", Some(("follower", "snapshot")), lag(cms.snapshot().followed));
        let indexed = cms.index.mark().map_or(0, |mark| mark.cursor);
        self.set("siskin_follower_lag_events", Some(("follower", "search")), lag(indexed));
        let aside = events::handlers::all_set_aside(&mut cms.db.read().await?).await?;
        for place in events::handlers::places(&mut cms.db.read().await?).await? {
            let handler =
                |name: &'static str| Key::from_parts(name, vec![Label::new("handler", place.name.clone())]);
            let gauge = |name: &'static str| self.recorder.register_gauge(&handler(name), &METADATA);
            gauge("siskin_handler_waiting_events").set(lag(place.position));
            gauge("siskin_handler_failures").set(place.failures as f64);
            let aside = aside.iter().filter(|one| one.handler == place.name).count();
            gauge("siskin_handler_events_set_aside").set(aside as f64);
        }
        Ok(())
    }

    fn set(&self, name: &'static str, label: Option<(&'static str, &'static str)>, value: f64) {
        let labels = label.map(|(name, value)| Label::from_static_parts(name, value));
        let key = Key::from_parts(name, labels.into_iter().collect::<Vec<_>>());
        self.recorder.register_gauge(&key, &METADATA).set(value);
    }
}

impl Requests {
    fn of(recorder: &PrometheusRecorder, door: Door) -> Self {
        let door = Label::from_static_parts("door", door.name());
        let key = |name: &'static str| Key::from_parts(name, vec![door.clone()]);
        let class = |class: &'static str| {
            let labels = vec![door.clone(), Label::from_static_parts("status", class)];
            recorder.register_counter(&Key::from_parts("siskin_requests_total", labels), &METADATA)
        };
        Self {
            by_class: CLASSES.map(class),
            seconds: recorder.register_histogram(&key("siskin_request_seconds"), &METADATA),
            bytes: recorder.register_counter(&key("siskin_answer_bytes_total"), &METADATA),
            in_flight: recorder.register_gauge(&key("siskin_requests_in_flight"), &METADATA),
        }
    }
}

fn describe(recorder: &PrometheusRecorder) {
    for (name, what) in [
        ("siskin_requests_total", "Requests by door and class of status."),
        ("siskin_answer_bytes_total", "Bytes of answers whose length was known."),
        ("siskin_renditions_made_total", "Renditions made by this process."),
        ("siskin_cache_hits_total", "Answers that were given out as they were kept."),
        (
            "siskin_cache_misses_total",
            "Answers that were made, because they were not kept or not fresh any more.",
        ),
        ("siskin_cache_evictions_total", "Kept answers that had to make room for others."),
    ] {
        recorder.describe_counter(name.into(), None, what.into());
    }
    recorder.describe_histogram(
        "siskin_request_seconds".into(),
        None,
        "Time to the head of the answer.".into(),
    );
    for (name, what) in [
        ("siskin_requests_in_flight", "Requests that are being answered."),
        ("siskin_work_running", "Requests that have a place to work, by queue."),
        ("siskin_work_waiting", "Requests that wait for a place, by queue."),
        ("siskin_store_connections_open", "Connections to the store that are open."),
        ("siskin_store_connections_idle", "Connections to the store that nobody uses."),
        ("siskin_cache_bytes", "Bytes of answers that are kept."),
        ("siskin_search_documents", "Documents in the search index."),
        ("siskin_renditions_running", "Places where renditions are being made."),
        ("siskin_log_head", "The number of the last event."),
        ("siskin_follower_lag_events", "Events that a follower of the log has still before it."),
        ("siskin_handler_waiting_events", "Events that wait for an event handler of the program."),
        (
            "siskin_handler_events_set_aside",
            "Events that an event handler failed at again and again, and that wait for a person.",
        ),
        ("siskin_handler_failures", "How often in a row an event handler has failed; 0 if it goes on."),
    ] {
        recorder.describe_gauge(name.into(), None, what.into());
    }
}
