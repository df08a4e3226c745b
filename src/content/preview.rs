//! Content that somebody looks at before it is saved: kept for a short while, shown to whoever has the token.

use super::Object;
use super::document_of;
use crate::accounts::Work;
use crate::base::Key;
use crate::base::Timestamp;
use crate::base::Token;
use crate::error::Result;
use crate::schema::Document;
use crate::store::Conn;
use crate::store::sql;

/// How long a preview can be looked at.
const SECONDS: i64 = 3600;

/// Keeps content as it would be shown, and gives the token that shows it. Previews that are over are forgotten.
pub async fn keep_preview(work: &mut Work, object: &Object, document: &Document) -> Result<Token> {
    let forget = sql("delete from previews where expires_at <= ?").bind(work.now);
    work.execute(forget).await?;
    let token = Token::random();
    let insert = sql("insert into previews (hash, object, doc, expires_at) values (?, ?, ?, ?)")
        .bind(token.hash())
        .bind(object.key)
        .bind(serde_json::to_string(document)?)
        .bind(work.now.plus_seconds(SECONDS));
    work.execute(insert).await?;
    Ok(token)
}

/// The object and the content that a token shows, while it is good.
pub async fn preview(conn: &mut Conn, token: &Token, now: Timestamp) -> Result<Option<(Object, Document)>> {
    let ask = sql("select object, doc from previews where hash = ? and expires_at > ?")
        .bind(token.hash())
        .bind(now);
    let Some((key, text)) = conn.optional::<(i64, String)>(ask).await? else { return Ok(None) };
    let object = Object::by_key(conn, Key(key)).await?;
    Ok(Some((object, document_of(&text, "previews", key)?)))
}
