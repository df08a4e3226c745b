//! The extension. As a crate of its own this would be its `lib.rs`, and [`install`] all that others call.

mod bearing;
mod fog;
mod lights;
mod logbook;

use siskin::extend::Builder;

/// A light's character, such as `Fl(3) W 15s`, for any stream or list: `blocks = ["coast.signal"]`.
const SIGNAL: &str = r#"
type = "struct"
icon = "eye"
fields = [
    { name = "flashes", type = "integer", min = 1, required = true },
    { name = "colour", type = "choice", default = "white", choices = ["white", "red", "green"] },
    { name = "seconds", type = "decimal", min = 0.1, decimal_places = 1, required = true },
]
"#;

/// Adds all of it to a site.
pub fn install(builder: Builder) -> Builder {
    builder
        .field_kind(bearing::Bearing)
        .block("coast.signal", SIGNAL)
        .routes("/lights", lights::routes())
        .layer(axum::middleware::from_fn(fog::close_the_harbour))
        .event_handler("logbook", logbook::write)
        .command::<lights::Lights>()
}
