//! Media of other hosts, shown without asking their providers: a few whose players' addresses can be told from their own,
//! and a link for the rest.

use serde::Serialize;
use url::Url;

use super::escape_html;

/// A medium's frame, or a link to it; `None` for what is no address of the web.
pub fn embed_html(url: &str) -> Option<String> {
    let address = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    let Some(Player { frame: Some(frame), title }) = Player::of(url) else {
        let address = escape_html(address.as_str()).into_owned();
        return Some(format!("<a href=\"{address}\">{address}</a>"));
    };
    let (frame, title) = (escape_html(&frame), escape_html(&title));
    Some(format!("<iframe src=\"{frame}\" title=\"{title}\" loading=\"lazy\" allowfullscreen></iframe>"))
}

/// How a medium is shown: in a frame of its provider's, for the few whose addresses can be told without asking.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Player {
    /// The address of the frame; nothing where there is none.
    pub frame: Option<String>,
    /// What the frame is called for whoever does not see it.
    pub title: String,
}

impl Player {
    /// The player of an address.
    pub fn of(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?.trim_start_matches("www.").trim_start_matches("m.");
        let path: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        let sound = |id: &str| {
            (!id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
                .then(|| id.to_owned())
        };
        let (title, frame) = match (host, path.as_slice()) {
            ("youtube.com", ["watch"]) => {
                let id = url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned());
                ("YouTube", format!("https://www.youtube-nocookie.com/embed/{}", sound(&id?)?))
            }
            ("youtu.be", [id]) | ("youtube.com", ["embed" | "shorts" | "live", id]) => {
                ("YouTube", format!("https://www.youtube-nocookie.com/embed/{}", sound(id)?))
            }
            ("vimeo.com", [id]) => ("Vimeo", format!("https://player.vimeo.com/video/{}", sound(id)?)),
            _ => return None,
        };
        Some(Self { frame: Some(frame), title: title.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_are_made_for_known_addresses_only() {
        for (url, expected) in [
            (
                "https://www.youtube.com/watch?v=SGJFWirQ3ks&t=1",
                Some("https://www.youtube-nocookie.com/embed/SGJFWirQ3ks"),
            ),
            ("https://youtu.be/SGJFWirQ3ks", Some("https://www.youtube-nocookie.com/embed/SGJFWirQ3ks")),
            ("https://vimeo.com/123", Some("https://player.vimeo.com/video/123")),
            ("https://youtu.be/\"><script>", None),
            ("https://example.org/watch?v=1", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(Player::of(url).and_then(|player| player.frame).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn an_address_is_a_player_a_link_or_nothing() {
        for (url, html) in [
            (
                "https://youtu.be/SGJFWirQ3ks",
                "<iframe src=\"https://www.youtube-nocookie.com/embed/SGJFWirQ3ks\" title=\"YouTube\" loading=\"lazy\" allowfullscreen></iframe>",
            ),
            (
                "https://example.org/?a=\"><script>&b",
                "<a href=\"https://example.org/?a=%22%3E%3Cscript%3E&amp;b\">https://example.org/?a=%22%3E%3Cscript%3E&amp;b</a>",
            ),
            ("javascript:alert(1)", ""),
            ("no address", ""),
        ] {
            assert_eq!(embed_html(url).unwrap_or_default(), html, "{url}");
        }
    }
}
