//! Redirects that lead in a circle are not made, by nobody, and are not followed where there are some.

use std::fs;

use serde_json::{Value, json};
use siskin::accounts::Actor;
use siskin::pages;
use siskin::redirects::Redirect;
use siskin::store::sql;
use siskin::{site, web};

use crate::api::{World, ask, page};
use crate::import::fixture;
use crate::process::run;

fn redirect(old_path: &str, link: &str, site: Option<i64>) -> Redirect {
    Redirect {
        id: 0,
        old_path: old_path.to_owned(),
        site,
        permanent: false,
        page: None,
        route_path: String::new(),
        link: link.to_owned(),
        automatic: false,
        created_at: None,
    }
}

#[tokio::test]
async fn circles_are_refused_however_long_and_never_followed() {
    let world = World::new().await;
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    for (old_path, link) in
        [("/b", "/c/"), ("/c", "http://zoo.example/d?x=1"), ("/e", "https://elsewhere.example/e")]
    {
        redirect(old_path, link, None).save(&mut work).await.unwrap();
    }
    // From the end on, so that each is at the beginning of those before it.
    for number in (1..=20).rev() {
        let link = format!("/far-{}", number + 1);
        redirect(&format!("/far-{number}"), &link, Some(1)).save(&mut work).await.unwrap();
    }
    let mut told = Vec::new();
    for (old_path, link, site) in [
        ("/a", "/a/", None),
        ("/a", "/a?again=1#top", Some(1)),
        ("/d", "/b", None),
        ("/d", "http://zoo.example:80/b/", Some(1)),
        ("/a", "javascript:alert(1)", None),
        ("/a", "//evil.example/", None),
        ("/a", "/b", Some(1)),
        ("/e", "/e-new", Some(1)),
        ("/far-0", "/far-1", None),
    ] {
        let saved = redirect(old_path, link, site).save(&mut work).await;
        told.push(format!(
            "{old_path} to {link}: {}",
            saved.map_or_else(|error| error.to_string(), |_| "made".to_owned())
        ));
    }
    // As an earlier version left it.
    work.execute(sql("update redirects set link = '/b' where old_path = '/c'")).await.unwrap();
    world.cms.commit(work).await.unwrap();
    let router = web::frame(site::router(world.cms.clone()), world.cms.clone()).unwrap();
    for path in ["/b", "/c/", "/e", "/a"] {
        let answered = ask(&router, "GET", path, &[("host", "zoo.example")]).await;
        told.push(format!("GET {path}: {} {}", answered.status.as_u16(), answered.header("location")));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    /a to /a/: link: “/a/” leads back to /a: it would go in a circle; change or delete what leads back first
    /a to /a?again=1#top: link: “/a?again=1#top” leads back to /a: it would go in a circle; change or delete what leads back first
    /d to /b: link: “/b” leads back to /d: it would go in a circle; change or delete what leads back first
    /d to http://zoo.example:80/b/: link: “http://zoo.example:80/b/” leads back to /d: it would go in a circle; change or delete what leads back first
    /a to javascript:alert(1): link: “javascript:alert(1)” is no address: begin it with https://, http:// or one /
    /a to //evil.example/: link: “//evil.example/” is no address: begin it with https://, http:// or one /
    /a to /b: made
    /e to /e-new: made
    /far-0 to /far-1: link: “/far-1” goes through more than 20 redirects; lead to where they end
    GET /b: 404 
    GET /c/: 404 
    GET /e: 302 /e-new
    GET /a: 404 
    ");
}

#[tokio::test]
async fn a_page_that_moves_makes_no_circle() {
    let world = World::new().await;
    let cms = &world.cms;
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let home = pages::by_id(&mut work, 2).await.unwrap();
    let finch = page(cms, &mut work, &home, json!({ "title": "Finch", "slug": "finch" }), true).await;
    // Somebody leads the place that the page will move to back to where it is.
    redirect("/birds/finch", "/on-the-way", Some(1)).save(&mut work).await.unwrap();
    redirect("/on-the-way", "/finch/", Some(1)).save(&mut work).await.unwrap();
    let birds = pages::by_id(&mut work, 3).await.unwrap();
    pages::move_to(&mut work, &cms.schema, &finch, &birds, None).await.unwrap();
    let left = Redirect::all(&mut work, 10, 0).await.unwrap();
    let left: Vec<String> =
        left.iter().map(|one| format!("{} {:?}{}", one.old_path, one.page, one.link)).collect();
    assert_eq!(left, ["/on-the-way None/finch/", &format!("/finch Some({})", finch.id)]);
    cms.commit(work).await.unwrap();
}

#[test]
fn an_import_leaves_circles_out_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("config.toml"), "base_url = \"http://localhost\"\n").unwrap();
    let text = fs::read_to_string(fixture("harbour/dump.json")).unwrap();
    let mut rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    for (pk, old_path, link) in [(10, "/one", "/two/"), (11, "/two", "/one"), (12, "/self", "/self/")] {
        rows.push(json!({ "model": "wagtailredirects.redirect", "pk": pk, "fields": {
            "old_path": old_path, "site": null, "is_permanent": true, "redirect_page": null, "redirect_link": link,
            "redirect_page_route_path": "", "automatically_created": false, "created_at": null,
        } }));
    }
    let dump = dir.path().join("dump.json");
    fs::write(&dump, Value::from(rows).to_string()).unwrap();
    let media = fixture("harbour/media");
    let imported = run(
        dir.path(),
        &["import", "wagtail", dump.to_str().unwrap(), "--media", media.to_str().unwrap(), "--write-models"],
    );
    let told = String::from_utf8_lossy(&imported.stdout).into_owned();
    assert!(imported.status.success(), "{told}{}", String::from_utf8_lossy(&imported.stderr));
    let line =
        told.lines().find(|line| line.contains("leads in a circle")).unwrap_or_else(|| panic!("{told}"));
    assert!(line.contains('2'), "{line}");
}
