//! Lists and their items.

use super::Item;
use super::List;
use super::Outline;
use crate::text::rich::spelling::DEEPEST_LIST;

impl Outline {
    /// A list begins.
    pub(in super::super) fn open_list(&mut self, tag: &'static str) {
        if self.lists.len() == DEEPEST_LIST {
            self.too_deep += 1;
            return;
        }
        self.interrupt();
        if let Some(item) = self.item_mut() {
            item.gap = false;
        }
        if !self.lists.is_empty() {
            self.begin_item();
        }
        self.lists.push(List { tag, begun: false, item: None });
    }

    /// A list ends, with those in it.
    pub(in super::super) fn close_list(&mut self, tag: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(outermost) = self.lists.iter().rposition(|list| list.tag == tag) else {
            return self.close_block();
        };
        while self.lists.len() > outermost {
            self.close_item();
            if let Some(list) = self.lists.pop().filter(|list| list.begun) {
                self.close_tag(list.tag);
            }
        }
    }

    /// A list item begins; without a list it is a paragraph.
    pub(in super::super) fn open_item(&mut self, key: Option<String>) {
        if self.lists.is_empty() {
            return self.open_block("p", key);
        }
        self.close_item();
        let Some(list) = self.lists.last_mut() else { return };
        list.item = Some(Item::default());
        let (tag, begun) = (list.tag, std::mem::replace(&mut list.begun, true));
        if !begun {
            self.open_tag(tag, None);
        }
        self.open_tag("li", key.as_deref());
    }

    /// A list item ends.
    pub(in super::super) fn close_item(&mut self) {
        self.close_styles();
        if self.lists.last_mut().is_some_and(|list| list.item.take().is_some()) {
            self.close_tag("li");
        } else if self.lists.is_empty() {
            self.close_block();
        }
    }
}
