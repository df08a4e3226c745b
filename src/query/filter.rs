//! Conditions on what is listed, typed by the column or by the shape of the field that they are about.

use chrono::NaiveDate;
use chrono::NaiveTime;

use super::item::Item;
use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::content::bound;
use crate::schema::FilterValue;
use crate::schema::Shape;
use crate::schema::filter_text;
use crate::store::Bind;
use crate::store::Sql;
use crate::store::sql;

/// A column that every object of a family has, by which it can be filtered and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The public id.
    Id,
    /// The live title.
    Title,
    /// A page's slug.
    Slug,
    /// A page's title for search engines.
    SeoTitle,
    /// A page's description for search engines.
    SearchDescription,
    /// Whether a page stands in menus.
    ShowInMenus,
    /// When it first went live.
    FirstPublishedAt,
    /// The page that it is an alias of.
    AliasOf,
    /// The language code.
    Locale,
    /// The collection of an image or document.
    Collection,
    /// An image's width.
    Width,
    /// An image's height.
    Height,
    /// A page's place in the tree.
    Path,
}

impl Column {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "o.id",
            Self::Title => "o.title",
            Self::Slug => "o.slug",
            Self::SeoTitle => "o.seo_title",
            Self::SearchDescription => "o.search_description",
            Self::ShowInMenus => "o.show_in_menus",
            Self::FirstPublishedAt => "o.first_published_at",
            Self::AliasOf => "o.alias_of",
            Self::Locale => "o.locale",
            Self::Collection => "o.collection",
            Self::Width => "f.width",
            Self::Height => "f.height",
            Self::Path => "o.path",
        }
    }

    /// Whether a draft may have another value than what is live.
    pub(super) fn is_content(self) -> bool {
        use Column::{SearchDescription, SeoTitle, ShowInMenus, Slug, Title};
        matches!(self, Title | Slug | SeoTitle | SearchDescription | ShowInMenus)
    }

    pub(super) fn is_text(self) -> bool {
        use Column::{Locale, Path, SearchDescription, SeoTitle, Slug, Title};
        matches!(self, Title | Slug | SeoTitle | SearchDescription | Locale | Path)
    }

    /// Whether an object has it that was read with its place.
    pub(super) fn is_placed(self) -> bool {
        use Column::{Collection, FirstPublishedAt, Id, Locale, Path, Slug, Title};
        matches!(self, Id | Title | Slug | FirstPublishedAt | Locale | Collection | Path)
    }

    /// Its value in an object that was read whole.
    pub(super) fn of(self, item: &Item) -> Bind {
        let picture = item.file.as_ref().and_then(|file| file.picture.as_ref());
        match self {
            Self::Id => item.id.into(),
            Self::Title => item.title.as_str().into(),
            Self::Slug => Bind::Text(item.slug.clone()),
            Self::SeoTitle => Bind::Text(item.seo_title.clone()),
            Self::SearchDescription => Bind::Text(item.search_description.clone()),
            Self::ShowInMenus => item.show_in_menus.unwrap_or_default().into(),
            Self::FirstPublishedAt => item.first_published_at.into(),
            Self::AliasOf => item.alias_of.into(),
            Self::Locale => Bind::Text(item.locale.clone()),
            Self::Collection => item.collection.into(),
            Self::Width => picture.and_then(|picture| picture.width).into(),
            Self::Height => picture.and_then(|picture| picture.height).into(),
            Self::Path => Bind::Text(item.path.as_ref().map(|path| path.as_str().to_owned())),
        }
    }
}

/// One condition. All of a selection's conditions must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// A column has exactly this value.
    Is(Column, Bind),
    /// A declared field has, or holds, exactly this value.
    Has(String, FilterValue),
    /// A declared field has a value of at least this.
    AtLeast(String, FilterValue),
    /// A declared field has a value below this.
    Below(String, FilterValue),
    /// Beneath this place.
    Beneath(TreePath),
    /// Above this place.
    Above(TreePath),
    /// Directly beneath this page.
    ChildOf(Key),
    /// A translation with this key, other than the object of this id.
    TranslationOf(String, i64),
    /// The object of this id.
    Id(i64),
    /// The objects of these ids.
    AnyId(Vec<i64>),
    /// The pages with one of these stored URL paths.
    UrlPaths(Vec<String>),
    /// Nothing matches.
    Nothing,
}

impl Filter {
    /// The condition on `o`, a row of `objects`; `types` are the labels that declare the fields. `is_public` says that
    /// no others than public objects count, which is decided elsewhere and is quicker to find.
    pub(super) fn condition(&self, types: &[String], is_public: bool) -> Sql {
        match self {
            Self::Is(column, value) => {
                let mut condition = sql(format!("{} = ", column.name()));
                condition.push_bind(value.clone());
                condition
            }
            Self::Has(field, value) => has((types, field), "=", value, is_public),
            Self::AtLeast(field, value) => has((types, field), ">=", value, is_public),
            Self::Below(field, value) => has((types, field), "<", value, is_public),
            Self::Beneath(path) => sql("o.path > ? and o.path < ?").bind(path).bind(path.end()),
            Self::Above(path) => sql("o.path in ").bind_list(path.ancestors()),
            Self::ChildOf(key) => sql("o.parent = ?").bind(key),
            Self::TranslationOf(key, id) => sql("o.translation_key = ? and o.id <> ?").bind(key).bind(*id),
            Self::Id(id) => sql("o.id = ?").bind(*id),
            Self::AnyId(ids) => sql("o.id in ").bind_list(ids.iter().copied()),
            Self::UrlPaths(url_paths) => sql("o.url_path in ").bind_list(url_paths),
            Self::Nothing => sql("1 = 0"),
        }
    }
}

impl Filter {
    /// Whether an index of its own finds the few objects that meet it, however many there are of a type.
    pub(super) fn finds_few(&self) -> bool {
        matches!(self, Self::TranslationOf(..) | Self::UrlPaths(_))
    }

    /// Whether an index of its own finds the objects that meet it, in the order of the tree.
    pub(super) fn finds_children(&self) -> bool {
        matches!(self, Self::ChildOf(_))
    }

    /// Whether it is about what a draft may say otherwise.
    pub(super) fn is_content(&self) -> bool {
        match self {
            Self::Is(column, _) => column.is_content(),
            Self::Has(..) | Self::AtLeast(..) | Self::Below(..) => true,
            _ => false,
        }
    }

    /// The condition for objects that are tried one by one; `None` where it is no exact value of a field.
    pub(super) fn on_the_way(&self, types: &[String]) -> Option<Sql> {
        let Self::Has(field, value) = self else { return None };
        let (table, bind) = bound(value);
        let mut condition =
            sql(format!("exists (select 1 from {table} w where w.object = o.key and w.type in "));
        condition.push_list(types.iter()).push(" and w.field = ").push_bind(field);
        condition.push(" and w.public = 1 and w.value = ").push_bind(bind).push(")");
        Some(condition)
    }
}

fn has((types, field): (&[String], &str), compared: &str, value: &FilterValue, is_public: bool) -> Sql {
    let (table, bind) = bound(value);
    let mut condition = sql(format!("o.key in (select v.object from {table} v where v.type in "));
    condition.push_list(types.iter()).push(" and v.field = ").push_bind(field);
    condition.push(if is_public { " and v.public = 1" } else { " and v.public in (0, 1)" });
    condition.push(" and v.value ").push(compared).push(" ").push_bind(bind).push(")");
    condition
}

/// Why a text is no value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Neither `true` nor `false`.
    Boolean,
    /// No whole number.
    Integer,
    /// No number.
    Number,
    /// No id.
    Id,
    /// No day.
    Date,
    /// No time of day.
    Time,
    /// No moment.
    Moment,
}

/// The value of a field that a text stands for. `Ok(None)` is a value that no object has.
pub fn filter_value(
    shape: &Shape,
    text: &str,
    whole: impl Fn(&str) -> Option<Option<i64>>,
) -> Result<Option<FilterValue>, Mismatch> {
    let int = |mismatch| whole(text).map(|int| int.map(FilterValue::Int)).ok_or(mismatch);
    let kept = |text: &str| Some(FilterValue::Text(filter_text(text).into_owned()));
    match shape {
        Shape::Boolean => boolean(text).map(|yes| Some(FilterValue::Int(yes.into()))),
        Shape::Integer => int(Mismatch::Integer),
        Shape::Link(_) | Shape::Links(_) | Shape::Children { .. } => int(Mismatch::Id),
        Shape::Float | Shape::Decimal => real(text).map(|real| Some(FilterValue::Real(real))),
        Shape::Date => date(text).map(|date| kept(&date)),
        Shape::Time => time(text).map(|time| kept(&time)),
        Shape::DateTime => moment(text).map(|moment| Some(FilterValue::Int(moment.micros()))),
        shape if shape.is_filterable() => Ok(kept(text)),
        _ => Ok(None),
    }
}

/// `true` or `1`, `false` or `0`.
pub(crate) fn boolean(text: &str) -> Result<bool, Mismatch> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Mismatch::Boolean),
    }
}

fn real(text: &str) -> Result<f64, Mismatch> {
    text.trim().parse().ok().filter(|real: &f64| real.is_finite()).ok_or(Mismatch::Number)
}

fn date(text: &str) -> Result<String, Mismatch> {
    let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| Mismatch::Date)?;
    Ok(date.format("%Y-%m-%d").to_string())
}

fn time(text: &str) -> Result<String, Mismatch> {
    let text = text.trim();
    let read = |format| NaiveTime::parse_from_str(text, format).ok();
    let time = read("%H:%M:%S%.f").or_else(|| read("%H:%M")).ok_or(Mismatch::Time)?;
    Ok(time.format("%H:%M:%S").to_string())
}

/// A moment, or the day that it begins.
pub(crate) fn moment(text: &str) -> Result<Timestamp, Mismatch> {
    let text = text.trim();
    let day = || date(text).ok().and_then(|day| Timestamp::parse(&format!("{day}T00:00:00Z")));
    Timestamp::parse(text).or_else(day).ok_or(Mismatch::Moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Target;

    #[test]
    fn texts_become_values_of_the_fields_shape() {
        let text = |text: &str| Ok(Some(FilterValue::Text(text.to_owned())));
        let whole = |text: &str| text.parse().ok().map(Some);
        for (shape, given, value) in [
            (Shape::Text, "a B", text("a B")),
            (Shape::Date, "2020-2-3", text("2020-02-03")),
            (Shape::Date, "soon", Err(Mismatch::Date)),
            (Shape::Time, "9:05", text("09:05:00")),
            (Shape::DateTime, "2020-02-03", Ok(Some(FilterValue::Int(1_580_688_000_000_000)))),
            (Shape::Boolean, "1", Ok(Some(FilterValue::Int(1)))),
            (Shape::Boolean, "True", Err(Mismatch::Boolean)),
            (Shape::Integer, "12", Ok(Some(FilterValue::Int(12)))),
            (Shape::Integer, "x", Err(Mismatch::Integer)),
            (Shape::Link(Target::Image), "", Err(Mismatch::Id)),
            (Shape::Decimal, "1.50", Ok(Some(FilterValue::Real(1.5)))),
            (Shape::Float, "inf", Err(Mismatch::Number)),
            (Shape::RichText, "<p>x</p>", Ok(None)),
        ] {
            assert_eq!(filter_value(&shape, given, whole), value, "{shape:?} {given}");
        }
    }
}
