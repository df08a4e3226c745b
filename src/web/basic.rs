//! Name and password in a request's `Authorization`, as HTTP's basic authentication has it.

use axum::http::HeaderMap;
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::accounts::Credentials;
use crate::accounts::Recognition;
use crate::cms::Cms;
use crate::error::Result;

use super::Asked;

/// Who shows a name and a password; `None` if the request shows none.
pub async fn basic(cms: &Cms, headers: &HeaderMap, asked: Option<&Asked>) -> Result<Option<Recognition>> {
    let Some(sent) = headers.get(header::AUTHORIZATION).and_then(|sent| sent.to_str().ok()) else {
        return Ok(None);
    };
    let Some((_, pair)) = sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
    else {
        return Ok(None);
    };
    let text = STANDARD.decode(pair.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((name, password)) = text.as_deref().and_then(|text| text.split_once(':')) else {
        return Ok(Some(Recognition::Refused));
    };
    let rules = &cms.config.accounts;
    let address = Asked::address_of(asked);
    let sent = Credentials { name, password, address, agent: "", before: None, rules };
    cms.recognised.recognise(&cms.db, &cms.clock, sent).await.map(Some)
}
