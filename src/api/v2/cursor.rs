//! The `cursor` parameter: a place in a list, written so that nobody needs to know what is in it, and signed so that
//! nobody makes one up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;

use super::answer::Refusal;
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::narrow::Narrowed;
use crate::query::Position;
use crate::store::Bind;

/// What the signature is for, so that one made for something else does not pass here.
const PURPOSE: &[u8] = b"v2 cursor\0";
/// Bytes of the signature.
const SIGNATURE: usize = 16;
/// The longest that is read.
const LONGEST: usize = 8_000;

/// The place that the request names: `None` for the beginning.
pub fn read(ask: &Ask, narrowed: &Narrowed) -> Result<Option<Position>, Refusal> {
    let text = ask.params.get("cursor").unwrap_or_default();
    if ask.params.get("offset").is_some() {
        return Err(Refusal::bad("cursor with offset is not supported"));
    }
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = || Refusal::bad("cursor is not one of this list; begin again with an empty one");
    opened(ask, narrowed, text).map(Some).ok_or_else(refuse)
}

fn opened(ask: &Ask, narrowed: &Narrowed, text: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= LONGEST)?).ok()?;
    let (signature, told) = bytes.split_at_checked(SIGNATURE)?;
    signing(ask, narrowed, told).verify_truncated_left(signature).ok()?;
    let values: Vec<Value> = serde_json::from_slice(told).ok()?;
    values.iter().map(value).collect::<Option<_>>().map(Position)
}

/// The address of what follows.
pub fn next(ask: &Ask, (endpoint, narrowed): (&Endpoint, &Narrowed), position: &Position) -> String {
    let told = Value::from_iter(position.0.iter().map(spelt)).to_string();
    let mut bytes = signing(ask, narrowed, told.as_bytes()).finalize().into_bytes()[..SIGNATURE].to_vec();
    bytes.extend(told.as_bytes());
    let name = ask.faces.endpoint(endpoint.label()).unwrap_or_default();
    let rest = ask.params.encode_without(&["cursor"]);
    let rest = if rest.is_empty() { rest } else { format!("{rest}&") };
    format!("{}/api/v2/{name}/?{rest}cursor={}", ask.base, URL_SAFE_NO_PAD.encode(bytes))
}

/// A place belongs to an order of a type, whatever the conditions.
fn signing(ask: &Ask, narrowed: &Narrowed, told: &[u8]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..ask.cms.signing_key.len()].copy_from_slice(&ask.cms.signing_key);
    let mut mac = Hmac::<Sha256>::new((&block).into());
    mac.update(PURPOSE);
    mac.update(narrowed.label.as_bytes());
    mac.update(narrowed.selection.order_told().as_bytes());
    mac.update(told);
    mac
}

fn spelt(value: &Bind) -> Value {
    match value {
        Bind::Int(number) => json!(number),
        // As its bits, for no digit may be lost on the way.
        Bind::Real(number) => number.map_or(Value::Null, |number| json!([number.to_bits()])),
        Bind::Text(text) => json!(text),
        Bind::Bytes(_) => Value::Null,
    }
}

fn value(told: &Value) -> Option<Bind> {
    Some(match told {
        Value::Null => Bind::Int(None),
        Value::Number(number) => Bind::from(number.as_i64()?),
        Value::String(text) => Bind::from(text.as_str()),
        Value::Array(bits) => Bind::from(f64::from_bits(bits.first()?.as_u64()?)),
        _ => return None,
    })
}
