//! Read tokens in the admin: made, shown once, listed and taken back by whoever may.

use siskin::accounts::{API_TOKEN, Action, ApiToken, StoredGrant, User, update_user};

use crate::api::ask;
use crate::webhooks::doors::Desk;
use crate::webhooks::{World, for_each_world};

async fn all(world: &World) -> Vec<ApiToken> {
    ApiToken::list(&mut world.cms.db.read().await.unwrap()).await.unwrap()
}

/// The secret that a page shows.
fn secret(page: &str) -> String {
    let from = page.find("siskin_").unwrap_or_else(|| panic!("a secret in {page}"));
    page[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

async fn status(desk: &Desk, secret: &str, path: &str) -> u16 {
    let bearer = format!("Bearer {secret}");
    ask(&desk.router, "GET", path, &[("host", "localhost:8000"), ("authorization", &bearer)])
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn a_token_is_made_in_the_admin_used_and_taken_back() {
    for_each_world(async |world: &World| {
        let ada = Desk::of(world, "ada", true, &[]).await;
        let finches = world.live("Finches").await;
        let siskins = world.draft(finches.id, "Siskins").await;
        assert!(ada.get("/admin/tokens/").await.text.contains("No tokens"));
        let form = ada.get("/admin/tokens/add").await.text;
        for offered in [
            "value=\"tales.Post\"",
            "value=\"wagtailredirects.Redirect\"",
            "data-chooser-kind-value=\"page\"",
        ] {
            assert!(form.contains(offered), "{offered}: {form}");
        }
        let (subtree, post) = (finches.id.to_string(), ("types", "tales.Post"));
        let form = [
            ("name", "Front <end>"),
            ("last_day", "2999-12-31"),
            post,
            ("subtree", &subtree),
            ("site", "1"),
            ("drafts", "1"),
        ];
        let made = ada.post("/admin/tokens/add", &form).await;
        let secret = secret(&made.text);
        let [token] = &all(world).await[..] else { panic!("one token") };
        assert_eq!(made.status, 200);
        assert_eq!(
            (token.name.as_str(), token.types.as_str(), token.drafts),
            ("Front <end>", "tales.Post", true)
        );
        assert_eq!((token.subtree, token.site), (Some(finches.id), Some(1)));
        assert_eq!(token.expires_at.unwrap().to_string(), "3000-01-01T00:00:00.000000Z");

        let draft = format!("/api/v2/pages/{}/?draft=1", siskins.id);
        assert_eq!(
            (status(&ada, &secret, &draft).await, status(&ada, &secret, "/api/v2/pages/2/").await),
            (200, 404)
        );
        let list = ada.get("/admin/tokens/").await.text;
        for told in [
            "Front &lt;end&gt;",
            "by ada",
            "beneath “Finches”",
            "Drafts too",
            "31 Dec 2999",
            "just now",
            "Good",
        ] {
            assert!(list.contains(told), "{told}: {list}");
        }
        assert!(!list.contains(&secret));

        let revoke = format!("/admin/tokens/{}/revoke", token.id);
        assert!(ada.get(&revoke).await.text.contains("Last used: just now."));
        assert_eq!(status(&ada, &secret, &draft).await, 200);
        let revoked = ada.post(&revoke, &[]).await;
        assert_eq!((revoked.status, revoked.location.as_str()), (303, "/admin/tokens/"));
        assert_eq!(status(&ada, &secret, &draft).await, 401);
        let list = ada.get("/admin/tokens/").await.text;
        assert!(list.contains("Revoked") && !list.contains(&revoke), "{list}");
        assert_eq!(ada.get("/admin/tokens/99/revoke").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_not_made_and_what_was_typed_comes_back() {
    for_each_world(async |world: &World| {
        let ada = Desk::of(world, "ada", true, &[]).await;
        for (name, last_day, more, told) in [
            (" ", "", ("site", ""), "Say what it is for."),
            ("x", "soon", ("site", ""), "Name a day, such as 2027-12-31."),
            ("x", "2001-01-01", ("site", ""), "It would have ended already."),
            ("x", "", ("subtree", "99"), "There is no such page."),
            ("x", "", ("types", "tales.Whale"), "There is no content type tales.Whale."),
        ] {
            let form = [("name", name), ("last_day", last_day), ("drafts", "1"), more];
            let refused = ada.post("/admin/tokens/add", &form).await;
            assert_eq!(refused.status, 422, "{told}");
            assert!(refused.text.contains(told), "{told}: {}", refused.text);
            assert!(refused.text.contains(
                "id=\"drafts\" name=\"drafts\" value=\"1\" aria-describedby=\"drafts-help\" checked"
            ));
            assert!(
                last_day.is_empty() || refused.text.contains(&format!("value=\"{last_day}\"")),
                "{last_day}"
            );
        }
        assert!(all(world).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn tokens_are_not_there_for_whoever_has_no_right_to_them() {
    for_each_world(async |world: &World| {
        let ada = Desk::of(world, "ada", true, &[]).await;
        ada.post("/admin/tokens/add", &[("name", "Build")]).await;
        let grants = [StoredGrant::of_admin(), StoredGrant::on_type(Action::View, API_TOKEN)];
        let (eve, vic) =
            (Desk::of(world, "eve", false, &grants[..1]).await, Desk::of(world, "vic", false, &grants).await);
        assert!(!eve.get("/admin/").await.text.contains("/admin/tokens/"));
        assert!(vic.get("/admin/").await.text.contains("/admin/tokens/"));
        assert_eq!(
            (eve.get("/admin/tokens/").await.status, vic.get("/admin/tokens/").await.status),
            (404, 200)
        );
        assert!(!vic.get("/admin/tokens/").await.text.contains("/revoke"));
        for path in ["/admin/tokens/add", "/admin/tokens/1/revoke"] {
            let form = [("name", "Mine")];
            assert_eq!((eve.get(path).await.status, vic.get(path).await.status), (404, 403), "{path}");
            assert_eq!(
                (eve.post(path, &form).await.status, vic.post(path, &form).await.status),
                (404, 403),
                "{path}"
            );
        }
        let kept = all(world).await;
        assert!(kept.len() == 1 && kept[0].revoked_at.is_none());
        // Whoever may make tokens makes none for drafts that they may not see, and is told in the form.
        let grants = [StoredGrant::of_admin(), StoredGrant::on_type(Action::Add, API_TOKEN)];
        let tim = Desk::of(world, "tim", false, &grants).await;
        let refused = tim.post("/admin/tokens/add", &[("name", "Mine"), ("drafts", "1")]).await;
        assert!(
            refused.status == 422 && refused.text.contains("You may not see all drafts"),
            "{}",
            refused.text
        );
        let made = tim.post("/admin/tokens/add", &[("name", "Mine")]).await;
        assert_eq!(status(&tim, &secret(&made.text), "/api/v2/pages/").await, 200);

        let timothy =
            User::by_username(&mut world.cms.db.read().await.unwrap(), "tim").await.unwrap().unwrap();
        world
            .change(async |work| update_user(work, &User { is_active: false, ..timothy }).await.unwrap())
            .await;
        assert_eq!(status(&ada, &secret(&made.text), "/api/v2/pages/").await, 401);
        let list = ada.get("/admin/tokens/").await.text;
        assert!(
            list.contains("Stopped") && list.contains("The account that made it is not in use."),
            "{list}"
        );
    })
    .await;
}
