//! Looking for what cannot be, and mending it: paths, depths, addresses and flags against each other.

use super::privacy;
use crate::accounts::Work;
use crate::base::Key;
use crate::base::TreePath;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::sql;

/// Something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The page or object it is about.
    pub what: String,
    /// What is wrong, in a sentence.
    pub problem: String,
    /// Whether [`repair`] mends it without losing anything.
    pub mendable: bool,
}

row! {
    struct Node {
        key: Key,
        id: i64,
        parent: Option<Key>,
        path: Option<TreePath>,
        depth: i64,
        slug: String,
        url_path: String,
        live: bool,
        public: bool,
    }
}

const NODES: &str = "select key, id, parent, path, depth, slug, url_path, live, public from objects \
                     where family = 'page' order by depth, path, key";

/// Looks through the tree and the rows that hang on objects.
pub async fn examine(conn: &mut Conn) -> Result<Vec<Finding>> {
    let nodes: Vec<Node> = conn.all(sql(NODES)).await?;
    let restricted: Vec<TreePath> = privacy::restrictions(conn).await?.into_iter().map(|r| r.path).collect();
    let by_key: std::collections::HashMap<Key, &Node> = nodes.iter().map(|node| (node.key, node)).collect();
    let mut found: Vec<Finding> = Vec::new();
    for node in &nodes {
        let parent = node.parent.and_then(|parent| by_key.get(&parent).copied());
        let problems = problems_of(node, parent, &restricted);
        found.extend(problems.into_iter().map(|(problem, mendable)| Finding {
            what: format!("page {}", node.id),
            problem,
            mendable,
        }));
    }
    for table in ["revisions", "value_text", "value_int", "value_real", "refs", "files"] {
        let text = format!("select count(*) from {table} where object not in (select key from objects)");
        let lost: i64 = conn.one(sql(text)).await?;
        if lost > 0 {
            let problem = format!("{lost} rows belong to objects that are gone");
            found.push(Finding { what: table.to_owned(), problem, mendable: true });
        }
    }
    Ok(found)
}

fn problems_of(node: &Node, parent: Option<&Node>, restricted: &[TreePath]) -> Vec<(String, bool)> {
    let Some(path) = &node.path else { return vec![("has no place in the tree".to_owned(), false)] };
    let mut problems = Vec::new();
    if node.parent.is_some() && parent.is_none() {
        problems.push(("its parent is gone".to_owned(), false));
    }
    if node.depth != path.depth() as i64 {
        problems.push((format!("says it is {} levels deep and is {}", node.depth, path.depth()), true));
    }
    if let Some(parent) = parent {
        if path.parent() != parent.path {
            problems.push(("does not stand beneath its parent".to_owned(), false));
        }
        let url_path = format!("{}{}/", parent.url_path, node.slug);
        if node.url_path != url_path {
            problems.push((format!("its address is {} and should be {url_path}", node.url_path), true));
        }
    }
    let is_public = node.live && !restricted.iter().any(|place| place.contains(path));
    if node.public != is_public {
        problems.push((
            format!("is marked {}public and is {}", not(node.public), if is_public { "" } else { "not" }),
            true,
        ));
    }
    problems
}

fn not(yes: bool) -> &'static str {
    if yes { "" } else { "not " }
}

/// Mends what can be mended without losing anything; [`examine`] tells what is left.
pub async fn repair(work: &mut Work) -> Result<()> {
    super::place::lock(work).await?;
    let nodes: Vec<Node> = work.all(sql(NODES)).await?;
    let mut addresses: std::collections::HashMap<Key, String> = std::collections::HashMap::new();
    for node in nodes {
        let Some(path) = &node.path else { continue };
        let above = node.parent.and_then(|parent| addresses.get(&parent).cloned());
        let url_path = above.map_or(node.url_path.clone(), |above| format!("{above}{}/", node.slug));
        if url_path != node.url_path || node.depth != path.depth() as i64 {
            let update = sql("update objects set url_path = ?, depth = ? where key = ?");
            work.execute(update.bind(url_path.as_str()).bind(path.depth() as i64).bind(node.key)).await?;
        }
        addresses.insert(node.key, url_path);
    }
    for table in ["revisions", "value_text", "value_int", "value_real", "refs", "files"] {
        work.execute(sql(format!("delete from {table} where object not in (select key from objects)")))
            .await?;
    }
    privacy::refresh_public(work, &TreePath::root()).await
}
