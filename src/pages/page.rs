//! Finding pages.

use crate::base::Key;
use crate::base::TreePath;
use crate::content::COLUMNS;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::sql;

/// The page with this id.
pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Object> {
    Object::find(conn, PAGE_FAMILY, id).await
}

/// The root of the tree, which is no page of any site.
pub async fn root(conn: &mut Conn) -> Result<Option<Object>> {
    let text = format!("select {COLUMNS}, null as doc from objects o where o.path = ?");
    conn.optional(sql(text).bind(TreePath::root())).await
}

/// The pages directly beneath one, in order, without their documents.
pub async fn children(conn: &mut Conn, parent: Key, limit: i64, offset: i64) -> Result<Vec<Object>> {
    let text = format!(
        "select {COLUMNS}, null as doc from objects o where o.parent = ? order by o.path limit ? offset ?"
    );
    conn.all(sql(text).bind(parent).bind(limit).bind(offset)).await
}

/// How many pages stand directly beneath one.
pub async fn children_count(conn: &mut Conn, parent: Key) -> Result<i64> {
    conn.one(sql("select count(*) from objects where parent = ?").bind(parent)).await
}

/// How many pages stand directly beneath each of these; those without any are left out.
pub async fn children_counts(
    conn: &mut Conn,
    parents: &[Key],
) -> Result<std::collections::HashMap<i64, i64>> {
    let mut ask = sql("select parent, count(*) from objects where parent in ");
    ask.push_list(parents.iter().copied());
    ask.push(" group by parent");
    let counts: Vec<(i64, i64)> = conn.all(ask).await?;
    Ok(counts.into_iter().collect())
}

/// How many pages stand beneath one, however deep.
pub async fn descendants_count(conn: &mut Conn, page: &Object) -> Result<i64> {
    let path = page.tree_path()?;
    let ask = sql("select count(*) from objects where path > ? and path < ?");
    conn.one(ask.bind(path).bind(path.end())).await
}

/// The pages above one, the root first.
pub async fn ancestors(conn: &mut Conn, path: &TreePath) -> Result<Vec<Object>> {
    let above = path.ancestors();
    if above.is_empty() {
        return Ok(Vec::new());
    }
    let mut ask = sql(format!("select {COLUMNS}, null as doc from objects o where o.path in "));
    ask.push_list(above.iter());
    ask.push(" order by o.path");
    conn.all(ask).await
}

/// The condition that an object is a page, where it is found by something else: a planner that could find the family by an
/// index would rather walk all pages in order.
pub(super) const A_PAGE: &str = "coalesce(o.family, '') = 'page'";

/// The page with this address below the tree's root, as `/home/blog/`.
pub async fn at_url_path(conn: &mut Conn, url_path: &str) -> Result<Option<Object>> {
    let text = format!(
        "select {COLUMNS}, o.doc from objects o where o.url_path = ? and {A_PAGE} order by o.live desc, o.id limit 1"
    );
    conn.optional(sql(text).bind(url_path)).await
}

/// The same page in other languages.
pub async fn translations(conn: &mut Conn, page: &Object) -> Result<Vec<Object>> {
    let text = format!(
        "select {COLUMNS}, null as doc from objects o where o.translation_key = ? and o.key <> ? and {A_PAGE} order by o.locale, o.id"
    );
    conn.all(sql(text).bind(page.translation_key.as_str()).bind(page.key)).await
}

/// Everything beneath a page and the page itself, in tree order, without documents.
pub(super) async fn subtree(conn: &mut Conn, page: &Object) -> Result<Vec<Object>> {
    let path = page.tree_path()?;
    let text = format!(
        "select {COLUMNS}, null as doc from objects o where o.path >= ? and o.path < ? order by o.path"
    );
    conn.all(sql(text).bind(path).bind(path.end())).await
}

/// The children next to a place: those directly before and after where `before` stands, or the last one.
pub(super) async fn neighbours(
    conn: &mut Conn,
    parent: Key,
    before: Option<&TreePath>,
    leaving_out: Option<Key>,
) -> Result<(Option<TreePath>, Option<TreePath>)> {
    let out = leaving_out.unwrap_or(Key(0));
    let Some(before) = before else {
        let last = sql("select path from objects where parent = ? and key <> ? order by path desc limit 1");
        let last: Option<String> = conn.optional(last.bind(parent).bind(out)).await?;
        return Ok((last.map(TreePath::from_stored), None));
    };
    let left =
        sql("select path from objects where parent = ? and key <> ? and path < ? order by path desc limit 1");
    let left: Option<String> = conn.optional(left.bind(parent).bind(out).bind(before)).await?;
    Ok((left.map(TreePath::from_stored), Some(before.clone())))
}

/// The siblings directly before and after a page.
pub async fn neighbours_of(conn: &mut Conn, page: &Object) -> Result<(Option<Object>, Option<Object>)> {
    let path = page.tree_path()?;
    let one = |compare: &str, direction: &str| {
        let text = format!(
            "select {COLUMNS}, null as doc from objects o where o.parent = ? and o.path {compare} ? order by o.path {direction} limit 1"
        );
        sql(text).bind(page.parent).bind(path)
    };
    Ok((conn.optional(one("<", "desc")).await?, conn.optional(one(">", "asc")).await?))
}

/// Whether another page beneath this parent has the slug.
pub(super) async fn slug_is_taken(
    conn: &mut Conn,
    parent: Key,
    slug: &str,
    but: Option<Key>,
) -> Result<bool> {
    // Few pages have a slug, many a parent.
    let ask = sql("select count(*) from objects where coalesce(parent, 0) = ? and slug = ? and key <> ?");
    let taken: i64 = conn.one(ask.bind(parent).bind(slug).bind(but.unwrap_or(Key(0)))).await?;
    Ok(taken > 0)
}

/// (site, address of its root page) of every site whose root page is there.
pub(super) async fn site_roots(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    conn.all(sql(
        "select s.id, o.url_path from sites s cross join objects o where o.family = 'page' and o.id = s.root_page order by s.id",
    ))
    .await
}

/// The sites whose root page is this page or beneath it.
pub async fn sites_under(conn: &mut Conn, page: &Object) -> Result<Vec<i64>> {
    let path = page.tree_path()?;
    let ask = sql(
        "select s.id from sites s cross join objects o where o.family = 'page' and o.id = s.root_page and o.path >= ? and o.path < ?",
    );
    conn.all(ask.bind(path).bind(path.end())).await
}

/// The parent of a page; the root has none.
pub(super) async fn parent_of(conn: &mut Conn, page: &Object) -> Result<Object> {
    match page.parent {
        Some(parent) => Object::by_key(conn, parent).await,
        None => Err(Error::Bad("the root of the tree has no parent and cannot be changed".to_owned())),
    }
}
