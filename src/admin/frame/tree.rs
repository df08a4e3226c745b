//! The page tree in the sidebar: the first levels, and the way to the page that the screen is about.

use std::collections::HashMap;

use serde::Serialize;

use super::is_shown;
use crate::accounts::Reading;
use crate::base::Key;
use crate::content::Object;
use crate::error::Result;
use crate::pages;

/// Pages of one branch that the sidebar lists; beyond that the explorer is the better place.
const LISTED: i64 = 30;

/// A page in the tree.
#[derive(Debug, Serialize)]
pub struct TreeNode {
    id: i64,
    title: String,
    url: String,
    live: bool,
    has_children: bool,
    open: bool,
    current: bool,
    children: Vec<TreeNode>,
    /// How many children there are, if not all are listed.
    more: i64,
}

/// The pages directly beneath one.
#[derive(Debug, Serialize)]
pub struct Branch {
    nodes: Vec<TreeNode>,
    /// How many there are, if not all are listed.
    more: i64,
    /// Where all of them are.
    url: String,
}

/// The tree from the top, opened along the way to `page`.
pub async fn around(reading: &mut Reading, page: Option<&Object>) -> Result<Vec<TreeNode>> {
    let Some(root) = pages::root(reading).await? else { return Ok(Vec::new()) };
    let mut way: Vec<Key> = Vec::new();
    if let Some(page) = page {
        way.extend(pages::ancestors(reading, page.tree_path()?).await?.iter().map(|above| above.key));
        way.push(page.key);
    }
    let tops = pages::children(reading, root.key, LISTED, 0).await?;
    // One site's home page stands open, so that its sections are in sight.
    if let ([only], None) = (tops.as_slice(), page) {
        way.push(only.key);
    }
    Ok(level(reading, &root, &way).await?.nodes)
}

impl Branch {
    /// The pages directly beneath one, closed.
    pub async fn of(reading: &mut Reading, parent: &Object) -> Result<Self> {
        level(reading, parent, &[]).await
    }
}

async fn level(reading: &mut Reading, parent: &Object, way: &[Key]) -> Result<Branch> {
    let mut listed = pages::children(reading, parent.key, LISTED, 0).await?;
    let total = pages::children_count(reading, parent.key).await?;
    // The way to the page stays in sight, however far down its branch it stands.
    for key in way {
        let stands_here = |page: &Object| page.parent == Some(parent.key);
        if !listed.iter().any(|page| page.key == *key) {
            listed.extend(Some(Object::by_key(reading, *key).await?).filter(stands_here));
        }
    }
    let keys: Vec<Key> = listed.iter().map(|page| page.key).collect();
    let counts = pages::children_counts(reading, &keys).await?;
    let mut nodes = Vec::new();
    for page in &listed {
        if is_shown(reading, page)? {
            nodes.push(node(reading, page, way, &counts).await?);
        }
    }
    let more = if total > LISTED { total } else { 0 };
    Ok(Branch { nodes, more, url: format!("/admin/pages/{}/", parent.id) })
}

async fn node(
    reading: &mut Reading,
    page: &Object,
    way: &[Key],
    counts: &HashMap<i64, i64>,
) -> Result<TreeNode> {
    let has_children = counts.get(&page.key.0).is_some_and(|count| *count > 0);
    let open = has_children && way.contains(&page.key);
    let branch = if open { Some(Box::pin(level(reading, page, way)).await?) } else { None };
    let (children, more) = branch.map_or((Vec::new(), 0), |branch| (branch.nodes, branch.more));
    Ok(TreeNode {
        id: page.id,
        title: page.draft_title.clone(),
        url: format!("/admin/pages/{}/", page.id),
        live: page.live,
        has_children,
        open,
        current: way.last() == Some(&page.key) && way.len() > 1,
        children,
        more,
    })
}
