//! A stored text as Markdown, spelled as Wagtail's API spells it.

use super::blocks::Block;
use super::blocks::BlockKind;
use super::blocks::Span;
use super::blocks::Style;
use super::blocks::Target;
use super::blocks::blocks;
use super::escaping::code_span;
use super::escaping::escape;
use super::escaping::escape_destination;
use super::escaping::escape_parameter;
use super::to_html::Links;

/// The text as Markdown. With links, ids become addresses and what is not there its words; without, things are named
/// as `wagtail://page?id=3`, which [`from_markdown`](super::from_markdown) reads back.
pub fn to_markdown(db_html: &str, links: Option<&dyn Links>) -> String {
    let (blocks, targets) = blocks(db_html);
    let mut writing = Writing { links, targets, lists: Vec::new() };
    let mut markdown = String::with_capacity(db_html.len());
    for (index, block) in blocks.iter().enumerate() {
        writing.block(&mut markdown, block, blocks.get(index + 1));
    }
    let words = markdown.trim_matches('\n');
    if words.is_empty() { String::new() } else { format!("{words}\n\n") }
}

struct Writing<'a> {
    links: Option<&'a dyn Links>,
    targets: Vec<Target>,
    /// The list at each depth: whether it is numbered, and the number of its last item.
    lists: Vec<Option<(bool, usize)>>,
}

impl Writing<'_> {
    fn block(&mut self, markdown: &mut String, block: &Block, next: Option<&Block>) {
        let numbered = match block.kind {
            BlockKind::Bullet => Some(false),
            BlockKind::Number => Some(true),
            _ => None,
        };
        if let Some(numbered) = numbered {
            return self.item(markdown, block, numbered, next);
        }
        self.lists.clear();
        match &block.kind {
            BlockKind::Heading(level) => {
                let words = self.words(&block.spans, true);
                markdown.extend([&"#".repeat(usize::from(*level)), " ", &words, "\n\n"]);
            }
            BlockKind::Quote => {
                let quote_goes_on = next.is_some_and(|next| next.kind == BlockKind::Quote);
                let end = if quote_goes_on { "\n>\n" } else { "\n\n" };
                markdown.extend(["> ", &self.words(&block.spans, false), end]);
            }
            BlockKind::Rule => markdown.push_str("---\n\n"),
            BlockKind::Image { id, format, alt } => markdown.push_str(&self.image(id, format, alt)),
            BlockKind::Media { url } => markdown.push_str(&self.media(url)),
            _ => markdown.extend([&self.words(&block.spans, false), "\n\n"]),
        }
    }

    fn item(&mut self, markdown: &mut String, block: &Block, numbered: bool, next: Option<&Block>) {
        let number = match self.lists.get(block.depth) {
            Some(Some((same, number))) if *same == numbered => number + 1,
            _ => 1,
        };
        self.lists.resize(block.depth, None);
        for around in &self.lists {
            markdown.push_str(&" ".repeat(around.map_or(2, marker_width)));
        }
        self.lists.push(Some((numbered, number)));
        let marker = if numbered { format!("{number}. ") } else { "- ".to_owned() };
        markdown.extend([&marker, &self.words(&block.spans, false), self.after_item(next)]);
    }

    /// A list that goes on needs no empty line.
    fn after_item(&self, next: Option<&Block>) -> &'static str {
        let (numbered, depth) = match next {
            Some(Block { kind: BlockKind::Bullet, depth, .. }) => (false, *depth),
            Some(Block { kind: BlockKind::Number, depth, .. }) => (true, *depth),
            _ => return "\n\n",
        };
        match self.lists.get(depth) {
            Some(Some((other, _))) if *other != numbered => "\n\n",
            _ => "\n",
        }
    }

    /// The text of a block. A heading is one line.
    fn words(&self, spans: &[Span], heading: bool) -> String {
        let has_breaks = spans.iter().any(|span| span.text.contains('\n'));
        if let [Span { text, styles, link: None }] = spans
            && styles.is_empty()
            && !has_breaks
        {
            return escape(text, !heading);
        }
        let mut nodes = Vec::new();
        let mut rest = spans;
        while let Some(first) = rest.first() {
            let run = rest.iter().take_while(|span| span.link == first.link).count();
            let (together, after) = rest.split_at(run);
            rest = after;
            match first.link {
                Some(link) => nodes.push(self.link(link, together)),
                None => nodes
                    .extend(together.iter().map(|span| styled(broken(&span.text, heading), &span.styles))),
            }
        }
        rendered(&nodes)
    }

    fn link(&self, link: usize, spans: &[Span]) -> Node {
        let mut words: Vec<Node> =
            spans.iter().map(|span| styled(Node::Text(span.text.clone()), &span.styles)).collect();
        let words = if words.len() == 1 { words.remove(0) } else { Node::Group(words) };
        match self.targets.get(link).and_then(|target| self.destination(target)) {
            Some(destination) => Node::Group(vec![
                Node::Mark("[".into()),
                words,
                Node::Mark(format!("]({})", escape_destination(&destination))),
            ]),
            None => Node::Group(vec![words]),
        }
    }

    fn destination(&self, target: &Target) -> Option<String> {
        let found = match (target, self.links) {
            (Target::Page(id), Some(links)) => links.page_url(id.parse().ok()?)?,
            (Target::Document(id), Some(links)) => links.document_url(id.parse().ok()?)?,
            (Target::Page(id), None) => return Some(format!("wagtail://page?id={id}")),
            (Target::Document(id), None) => return Some(format!("wagtail://document?id={id}")),
            (Target::Address(href), None) => return Some(href.clone()),
            (Target::Address(href), Some(_)) => href.clone(),
        };
        (!found.is_empty()).then_some(found)
    }

    fn image(&self, id: &str, format: &str, alt: &str) -> String {
        let url = self.links.and_then(|links| links.image(id.parse().ok()?, format)).map(|image| image.url);
        let url =
            url.unwrap_or_else(|| format!("wagtail://image?id={id}&format={}", escape_parameter(format)));
        format!("![{}]({})\n\n", escape(alt, false), escape_destination(&url))
    }

    fn media(&self, url: &str) -> String {
        let title = escape(url, false);
        match self.links {
            Some(_) => format!("[{title}]({})\n\n", escape_destination(url)),
            None => format!("![{title}](wagtail://media?url={})\n\n", escape_parameter(url)),
        }
    }
}

fn marker_width((numbered, number): (bool, usize)) -> usize {
    if numbered { number.to_string().len() + 2 } else { 2 }
}

/// Inline Markdown being put together: what is words and what is marks is known until the end, because words are
/// escaped by where they stand.
enum Node {
    Text(String),
    Mark(String),
    Group(Vec<Node>),
    Code(Box<Node>),
    Tag(&'static str, Box<Node>),
}

/// The text with its line breaks.
fn broken(text: &str, heading: bool) -> Node {
    let mut lines = text.split('\n').peekable();
    if lines.clone().count() == 1 {
        return Node::Text(text.to_owned());
    }
    let mut nodes = Vec::new();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            nodes.push(Node::Text(line.to_owned()));
        }
        if lines.peek().is_some() {
            nodes.push(if heading {
                Node::Group(vec![Node::Text(" ".into())])
            } else {
                Node::Mark("\\\n".into())
            });
        }
    }
    if nodes.len() == 1 { nodes.remove(0) } else { Node::Group(nodes) }
}

fn styled(node: Node, styles: &[Style]) -> Node {
    styles.iter().rev().fold(node, |node, style| match style {
        Style::Bold => marked("**", node),
        Style::Italic => marked("*", node),
        Style::Strikethrough => marked("~~", node),
        Style::Code => Node::Code(Box::new(node)),
        Style::Subscript => Node::Tag("sub", Box::new(node)),
        Style::Superscript => Node::Tag("sup", Box::new(node)),
    })
}

/// Between marks, with spaces at the edges left outside: `** x**` would be no emphasis.
fn marked(mark: &str, mut node: Node) -> Node {
    let leading = take_edge(&mut node, true);
    let trailing = take_edge(&mut node, false);
    let mark = if has_content(&node) { mark } else { "" };
    Node::Group(vec![
        Node::Text(leading),
        Node::Mark(mark.to_owned()),
        node,
        Node::Mark(mark.to_owned()),
        Node::Text(trailing),
    ])
}

fn take_edge(node: &mut Node, leading: bool) -> String {
    const BLANK: [char; 2] = [' ', '\t'];
    match node {
        Node::Text(text) => {
            let kept = if leading { text.trim_start_matches(BLANK) } else { text.trim_end_matches(BLANK) };
            let edge = if leading { &text[..text.len() - kept.len()] } else { &text[kept.len()..] };
            let (kept, edge) = (kept.to_owned(), edge.to_owned());
            *text = kept;
            edge
        }
        Node::Group(nodes) => {
            let outer = if leading { nodes.first_mut() } else { nodes.last_mut() };
            outer.map_or_else(String::new, |node| take_edge(node, leading))
        }
        _ => String::new(),
    }
}

fn has_content(node: &Node) -> bool {
    match node {
        Node::Text(text) => !text.trim_matches([' ', '\t']).is_empty(),
        Node::Group(nodes) => nodes.iter().any(has_content),
        _ => true,
    }
}

fn rendered(nodes: &[Node]) -> String {
    let mut markdown = String::new();
    let mut at_line_start = true;
    for node in nodes {
        let words = match node {
            Node::Text(text) => escape(text, at_line_start),
            Node::Mark(mark) => mark.clone(),
            Node::Group(nodes) => rendered(nodes),
            Node::Code(code) => code_span(&unescaped(code)),
            Node::Tag(tag, inner) => format!("<{tag}>{}</{tag}>", rendered(std::slice::from_ref(&**inner))),
        };
        if !words.is_empty() {
            at_line_start = words.ends_with(['\n', '\r']);
        }
        markdown.push_str(&words);
    }
    markdown
}

fn unescaped(node: &Node) -> String {
    match node {
        Node::Text(text) | Node::Mark(text) => text.clone(),
        Node::Group(nodes) => nodes.iter().map(unescaped).collect(),
        Node::Code(inner) | Node::Tag(_, inner) => unescaped(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_html::tests::Small;
    use super::*;

    #[test]
    fn markdown_is_spelled_as_wagtails() {
        for (html, markdown) in [
            ("", ""),
            ("<p></p>", ""),
            ("<p>a</p><p></p><p>b</p>", "a\n\n\n\nb\n\n"),
            ("<h2>a <i>b</i></h2><h5>c<br/>d</h5>", "## a *b*\n\n##### c d\n\n"),
            ("<p> a\n <b> b </b>c<br/>d </p>", "a **b** c\\\nd\n\n"),
            ("<p>a<b> </b>b</p>", "a b\n\n"),
            (
                "<p><i>a<b>b</b></i><s>c</s> x<sub>1</sub><sup>2</sup></p>",
                "*a****b***~~c~~ x<sub>1</sub><sup>2</sup>\n\n",
            ),
            ("<p><code>a`b</code> <code><b>c</b></code></p>", "``a`b`` **`c`**\n\n"),
            ("<p># a*b_c</p><p>1. d [e] &lt;f&gt;</p>", "\\# a\\*b_c\n\n1\\. d \\[e\\] \\<f>\n\n"),
            (
                "<ul><li>a<ul><li>b<ol><li>c</li><li>d</li></ol></li></ul></li><li>e</li></ul>",
                "- a\n  - b\n    1. c\n    2. d\n- e\n\n",
            ),
            (
                "<ul><li>a</li></ul><ol><li>b</li></ol><p>c</p><ol><li>d</li></ol>",
                "- a\n\n1. b\n\nc\n\n1. d\n\n",
            ),
            ("<ol><li>a</li></ol><ol><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n   - c\n\n"),
            ("<ul><li><p>a</p></li></ul>", "- a\n\n"),
            (
                "<blockquote>a</blockquote><blockquote>b<br/>c</blockquote><p>d</p>",
                "> a\n>\n> b\\\nc\n\nd\n\n",
            ),
            ("<p>a</p><hr/><p>b</p>", "a\n\n---\n\nb\n\n"),
            (
                "<p><a href=\"https://example.com/(a) b\">l[i]nk <b>x</b></a></p>",
                "[l\\[i\\]nk **x**](https://example.com/\\(a\\)%20b)\n\n",
            ),
            ("<p>a\u{a0}b &quot;c&quot; &amp; <span>d</span></p>", "a\u{a0}b \"c\" & d\n\n"),
        ] {
            assert_eq!(to_markdown(html, None), markdown, "{html}");
            assert_eq!(to_markdown(html, Some(&Small)), markdown, "{html}");
        }
    }

    #[test]
    fn things_are_named_or_found() {
        for (html, named, found) in [
            (
                "<p><a linktype=\"page\" id=\"3\">a</a></p>",
                "[a](wagtail://page?id=3)\n\n",
                "[a](http://localhost/bread/?a&b)\n\n",
            ),
            (
                "<p><a linktype=\"page\" id=\"9\"><b>a</b>b</a></p>",
                "[**a**b](wagtail://page?id=9)\n\n",
                "**a**b\n\n",
            ),
            (
                "<p><b><a id=\"4\" linktype=\"document\">a</a></b></p>",
                "[**a**](wagtail://document?id=4)\n\n",
                "[**a**](/documents/4/a\\(1\\).pdf)\n\n",
            ),
            ("<p><a linktype=\"page\" id=\"9\"></a>x</p>", "[](wagtail://page?id=9)x\n\n", "x\n\n"),
            (
                "<p>a</p><embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"b [c]\"/><embed embedtype=\"image\" id=\"9\" format=\"right\" alt=\"\"/>",
                "a\n\n![b \\[c\\]](wagtail://image?id=5&format=left)\n\n\n\n![](wagtail://image?id=9&format=right)\n\n",
                "a\n\n![b \\[c\\]](/media/rye.left.jpg)\n\n\n\n![](wagtail://image?id=9&format=right)\n\n",
            ),
            (
                "<embed embedtype=\"media\" url=\"https://example.com/?a=1&amp;b=2\"/>",
                "![https://example.com/?a=1&b=2](wagtail://media?url=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2)\n\n",
                "[https://example.com/?a=1&b=2](https://example.com/?a=1&b=2)\n\n",
            ),
            (
                "<p>a<embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"\"/>b</p>",
                "a\n\n![](wagtail://image?id=5&format=left)\n\nb\n\n",
                "a\n\n![](/media/rye.left.jpg)\n\nb\n\n",
            ),
        ] {
            assert_eq!(to_markdown(html, None), named, "{html}");
            assert_eq!(to_markdown(html, Some(&Small)), found, "{html}");
        }
    }
}
