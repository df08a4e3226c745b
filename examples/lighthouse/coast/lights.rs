//! A route and a command that list the same: published lights, by the direction they are seen in.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use siskin::accounts::Actor;
use siskin::extend::json::{Value, json};
use siskin::extend::{
    By, Cms, Command, Conn, Error, Failure, Filter, FilterValue, Here, ModelChanges, Order, Reading, Result,
    Scope, Selection, Shape, SiteFolder, Term,
};
use siskin::sites::Sites;

/// Degrees to either side in which a light counts as seen.
const SECTOR: i64 = 45;
/// Lights that are listed at once.
const MOST: i64 = 100;

/// `GET /lights/{towards}`
pub fn routes() -> Router<Arc<Cms>> {
    Router::new().route("/{towards}", get(show))
}

async fn show(
    State(cms): State<Arc<Cms>>,
    here: Here,
    Path(towards): Path<String>,
    mut reading: Reading,
) -> Result<Json<Value>, Failure> {
    let towards = towards.parse().ok().filter(|degrees| (0..360).contains(degrees));
    let towards = towards.ok_or_else(|| Error::Bad("A direction is a number from 0 to 359.".to_owned()))?;
    let scope = Scope::site(&here.sites, here.site.id);
    let lights = seen(&cms, &mut reading, scope, Some(towards)).await?;
    let told = lights
        .iter()
        .map(|light| json!({ "title": light.title, "bearing": light.bearing, "url": light.url }));
    Ok(Json(told.collect()))
}

/// List the lights of the coast, with their bearings.
#[derive(clap::Args)]
pub struct Lights {
    /// Only those that are seen in this direction, in degrees.
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..360))]
    towards: Option<i64>,
}

impl Command for Lights {
    const NAME: &'static str = "lights";

    async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::ApplyHarmless).await?;
        let mut reading = cms.reading(Actor::Anonymous).await?;
        for light in seen(&cms, &mut reading, Scope::public(), self.towards).await? {
            println!("{:>3}° {}", light.bearing, light.title);
        }
        Ok(ExitCode::SUCCESS)
    }
}

struct Light {
    title: String,
    bearing: i64,
    url: String,
}

/// The lights that anybody may see in a direction, in the order of their bearings.
async fn seen(cms: &Cms, conn: &mut Conn, scope: Scope, towards: Option<i64>) -> Result<Vec<Light>> {
    let by =
        By::field("bearing", &Shape::Integer).ok_or_else(|| Error::internal("numbers can be ordered by"))?;
    let lights = Selection::pages(scope)
        .of_types(vec!["coast.LightPage".to_owned()])
        .filter(Filter::AtLeast("bearing".to_owned(), FilterValue::Int(0)))
        .order(Order::By(vec![Term { by, descending: false }]));
    let sites = cms.sites();
    let lights = lights.items(conn, 0, MOST).await?.into_iter().filter_map(|page| {
        let bearing = page.doc.get("bearing").and_then(Value::as_i64)?;
        Some(Light { title: page.title.clone(), bearing, url: url(&sites, page.url_path.as_deref()?) })
    });
    Ok(lights.filter(|light| towards.is_none_or(|towards| is_near(light.bearing, towards))).collect())
}

/// Directions go round: 350 is near 10.
fn is_near(one: i64, other: i64) -> bool {
    let apart = (one - other).rem_euclid(360);
    apart.min(360 - apart) <= SECTOR
}

fn url(sites: &Sites, url_path: &str) -> String {
    sites.address_of(url_path, None).map(|address| address.url()).unwrap_or_default()
}
