//! Hostile and real texts, by the thousand: what comes out can do no harm, and what is right stays as it is.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;
use siskin::error::Result;
use siskin::text;
use siskin::text::rich;
use siskin::text::rich::Features;

use crate::shared::shared;

/// Every hostile string there is: three collections, and our own ways of hiding a script.
fn hostile() -> Result<Vec<String>> {
    let mut strings = hidden_scripts();
    let Some(folder) = shared("data/naughty-strings") else { return Ok(strings) };
    let list = fs::read_to_string(folder.join("xss-payload-list.txt"))?;
    strings.extend(list.lines().map(str::to_owned));
    let pairs: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("dompurify-expect.json"))?)?;
    strings.extend(pairs.iter().filter_map(|pair| pair["payload"].as_str()).map(str::to_owned));
    strings.extend(serde_json::from_slice::<Vec<String>>(&fs::read(folder.join("blns.json"))?)?);
    assert!(strings.len() > 7_000);
    Ok(strings)
}

fn hidden_scripts() -> Vec<String> {
    let addresses = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "\u{1}javascript:alert(1)",
        " \u{a0}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
    ];
    let elements = [
        "<a href=\"$\">x</a>",
        "<a href='$' linktype='x'>y</a>",
        "<embed embedtype=\"media\" url=\"$\"/>",
        "<a linktype=\"page\" id=\"$\">x</a>",
        "<img src=\"$\">",
        "[x]($)",
        "![x]($)",
        "<$>",
        "[x][y]\n\n[y]: $",
        "# x {#$}",
    ];
    addresses.iter().flat_map(|url| elements.map(|element| element.replace('$', url))).collect()
}

static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)<[^>]*>"));
static RICH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)^( </?(p|h[1-6]|blockquote|ul|ol|li|b|i|s|code|sub|sup|span)> | <(br|hr)/> | </a>
        | <(p|h[1-6]|li|blockquote)\x20data-block-key="[\w-]+">
        | <a\x20(linktype="(page|document)"\x20id="\d+"|id="\d+"\x20linktype="(page|document)"|href="[^"<>]*")>
        | <embed\x20embedtype="image"\x20id="\d+"\x20format="[\w-]+"\x20alt="[^"<>]*"/>
        | <embed\x20embedtype="media"\x20url="https?://[^"<>]*"/> )$"#,
    )
});
static MARKDOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^</?[a-z][a-z0-9]*( (?:[a-z]+)="[^"]*")*>$"#));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| pattern(r#" ([a-z-]+)="([^"]*)""#));
static HARMLESS_URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?i)(https?:|mailto:|tel:|[^:\x00-\x1f]*($|[/?#]))"));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

/// Addresses that lead somewhere, and no attribute that runs.
fn assert_harmless(tag: &str, from: &str) {
    for attribute in ATTRIBUTE.captures_iter(tag) {
        let (name, value) = (&attribute[1], attribute[2].replace("&amp;", "&"));
        assert!(
            !name.starts_with("on") && !["style", "srcdoc", "formaction"].contains(&name),
            "{tag} from {from}"
        );
        if ["href", "src", "url", "cite", "action"].contains(&name) {
            assert!(HARMLESS_URL.is_match(&value), "{tag} from {from}");
        }
    }
}

#[test]
fn no_rich_text_can_run() -> Result<()> {
    let features = Features::all();
    for string in hostile()? {
        for html in [string.clone(), format!("<p>{string}</p>"), format!("<p><a href=\"{string}\">x</a></p>")]
        {
            let cleaned = rich::clean(&html, &features);
            for tag in TAG.find_iter(&cleaned).map(|tag| tag.as_str()) {
                assert!(RICH.is_match(tag), "{tag} from {html}");
                assert_harmless(tag, &html);
            }
            assert!(!TAG.replace_all(&cleaned, "").contains('<'), "{cleaned} from {html}");
            assert!(rich::is_clean(&cleaned, &features), "{cleaned} from {html}");
            assert_eq!(rich::clean(&cleaned, &features), cleaned, "twice, from {html}");
        }
    }
    Ok(())
}

#[test]
fn no_markdown_can_run() -> Result<()> {
    const NEVER: [&str; 14] = [
        "script", "style", "iframe", "object", "embed", "svg", "math", "form", "button", "textarea", "base",
        "meta", "link", "template",
    ];
    for string in hostile()? {
        for markdown in
            [string.clone(), format!("a {string} b"), format!("| {string} |\n|-|\n"), format!("# {string}")]
        {
            let html = text::markdown::to_html(&markdown);
            for tag in TAG.find_iter(&html).map(|tag| tag.as_str()) {
                assert!(MARKDOWN.is_match(tag), "{tag} from {markdown}");
                let name: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
                assert!(!NEVER.iter().any(|never| name.starts_with(never)), "{tag} from {markdown}");
                assert_harmless(tag, &markdown);
            }
        }
    }
    Ok(())
}

#[test]
fn no_string_breaks_anything_else() -> Result<()> {
    for string in hostile()? {
        let slug = text::slugify(&string, true);
        assert!(slug.is_empty() || text::is_slug(&slug), "{slug} from {string}");
        let ascii = text::slugify(&string, false);
        assert!(ascii.is_ascii() && (ascii.is_empty() || text::is_slug(&ascii)), "{ascii} from {string}");
        assert!(text::excerpt(&string, 20).chars().count() <= 20, "{string}");
        assert!(!text::escape_html(&string).contains(['<', '>', '"', '\'']), "{string}");
        let rich = rich::clean(&string, &Features::all());
        rich::plain(&rich);
        let markdown = rich::to_markdown(&rich, None);
        assert!(rich::is_clean(&rich, &Features::all()), "{string}");
        rich::from_markdown(&markdown, &Features::all())
            .map_err(|error| panic!("{error} from {string}"))
            .ok();
        assert_eq!(text::fold(&text::fold(&string)), text::fold(&string), "{string}");
        text::markdown::plain(&string);
    }
    Ok(())
}

/// Values of Wagtail sites that are rich text: all strings with a paragraph, also those inside streams.
fn rich_texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with(['[', '{']) => {
            if let Ok(inner) = serde_json::from_str(text) {
                rich_texts(&inner, found);
            }
        }
        Value::String(text) if text.contains("<p") || text.contains("<li") => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| rich_texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| rich_texts(value, found)),
        _ => {}
    }
}

#[test]
fn the_texts_of_real_sites_stay_byte_for_byte() -> Result<()> {
    let sites = [
        "bakerydemo/dump_default.json",
        "bakerydemo-ext/dump_default.json",
        "wagtail-demosite/demosite.json",
    ];
    for site in sites {
        let Some(file) = shared(&format!("data/{site}")) else { continue };
        let mut texts = Vec::new();
        rich_texts(&serde_json::from_slice(&fs::read(file)?)?, &mut texts);
        assert!(texts.len() > 20, "{site} has {}", texts.len());
        for text in texts {
            assert_eq!(rich::clean(&text, &Features::default()), text, "{site}");
        }
    }
    Ok(())
}

/// Strings of an answer by where they stand: blocks by their id, everything else by its key or number.
fn strings(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    let id = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
    match value {
        Value::String(text) => found.push((place.to_owned(), text.clone())),
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                let key = id(value).unwrap_or_else(|| number.to_string());
                strings(value, &format!("{place}/{key}"), found);
            }
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| strings(value, &format!("{place}/{key}"), found))
        }
        _ => {}
    }
}

/// Pages and files as the recorded sites have them.
struct Recorded;

impl rich::Links for Recorded {
    fn page_url(&self, id: i64) -> Option<String> {
        (id == 62).then(|| "http://localhost:18000/blog/wild-yeast/".to_owned())
    }
    fn document_url(&self, id: i64) -> Option<String> {
        let name = match id {
            1 => "Cookbook_Christmas_Mince_Pies_Meat-Free.pdf",
            2 => "Cookbook_Skillet_Cornbread_CUlyevp.pdf",
            _ => return None,
        };
        Some(format!("/documents/{id}/{name}"))
    }
    fn image(&self, id: i64, format: &str) -> Option<rich::RichImage> {
        let url = "/media/images/Sourdough_rye_with_walnuts.width-500.jpg".to_owned();
        (id == 39 && format == "left").then_some(rich::RichImage { url, width: 500, height: 322 })
    }
    fn embed_html(&self, _url: &str) -> Option<String> {
        None
    }
}

#[test]
fn every_format_is_what_wagtail_answered() -> Result<()> {
    let Some(file) = shared("conformance/wagtail_v2_public.jsonl") else { return Ok(()) };
    let mut compared = 0;
    let mut stored = std::collections::HashMap::new();
    let mut answers = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let record: Value = serde_json::from_str(line)?;
        let path = record["path"].as_str().unwrap_or_default();
        let Some(page) = path.split("/pages/").nth(1).and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        let format = path.split("rich_text_format=").nth(1).and_then(|rest| rest.split('&').next());
        let mut found = Vec::new();
        if record["status"] == 200 && page.parse::<i64>().is_ok() {
            strings(&record["body"], &format!("{} {page} ", record["dataset"]), &mut found);
        }
        match format.unwrap_or("db_html") {
            "db_html" => stored.extend(found),
            format => answers.extend(found.into_iter().map(|(place, text)| (format.to_owned(), place, text))),
        }
    }
    for (format, place, answer) in answers {
        let Some(db_html) = stored.get(&place).filter(|text| text.starts_with('<')) else { continue };
        let ours = match format.as_str() {
            "html" => rich::to_html(db_html, &Recorded).into_owned(),
            "markdown" => rich::to_markdown(db_html, Some(&Recorded)),
            _ => rich::to_markdown(db_html, None),
        };
        assert_eq!(ours, answer, "{format} of {place}");
        compared += 1;
    }
    assert!(compared > 30, "only {compared} texts were compared");
    Ok(())
}
/// A soup of tags and words, well-formed only by chance.
fn soup() -> impl Strategy<Value = String> {
    const PIECES: [&str; 44] = [
        "<p>",
        "</p>",
        "<p data-block-key=\"k\">",
        "<h2>",
        "</h2>",
        "<blockquote>",
        "</blockquote>",
        "<ul>",
        "</ul>",
        "<ol>",
        "</ol>",
        "<li>",
        "</li>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<strong>",
        "</strong>",
        "<code>",
        "</code>",
        "<a href=\"/x\">",
        "<a linktype=\"page\" id=\"3\">",
        "</a>",
        "<br>",
        "<br/>",
        "<hr>",
        "<embed embedtype=\"image\" id=\"1\" format=\"left\"/>",
        "<embed>",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        " ",
        "\n",
        "word &amp; & < ",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..40)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_soup_becomes_clean(html in soup(), names in proptest::sample::subsequence(vec!["bold", "h2", "ul", "link", "image", "blockquote", "code"], 0..7)) {
        let features = Features::from_names(names).unwrap_or_default();
        let cleaned = rich::clean(&html, &features);
        prop_assert!(rich::is_clean(&cleaned, &features), "{}", cleaned);
        prop_assert_eq!(rich::clean(&cleaned, &features), cleaned.clone());
        let words = |html: &str| rich::plain(html).replace(' ', "");
        if !html.contains("<script>") && !html.contains("<!--") {
            prop_assert_eq!(words(&cleaned).matches("word").count(), html.matches("word").count());
        }
        let markdown = rich::to_markdown(&cleaned, None);
        let again = rich::from_markdown(&markdown, &features).map(|again| again.html).unwrap_or_default();
        prop_assert_eq!(words(&again).matches("word").count(), words(&cleaned).matches("word").count(), "{}", markdown);
    }

    #[test]
    fn any_markdown_is_well_formed(markdown in soup()) {
        let html = text::markdown::to_html(&markdown);
        let mut open = Vec::new();
        for tag in TAG.find_iter(&html).map(|tag| tag.as_str()) {
            let name: String = tag.chars().skip_while(|sign| "</".contains(*sign)).take_while(char::is_ascii_alphanumeric).collect();
            if tag.starts_with("</") {
                prop_assert_eq!(open.pop(), Some(name), "{}", html);
            } else if !["br", "hr", "img", "input", "wbr"].contains(&name.as_str()) {
                open.push(name);
            }
        }
        prop_assert!(open.is_empty(), "{}", html);
    }
}
