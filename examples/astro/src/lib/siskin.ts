// What this site's API answers under /api/v2/. Made by `siskin types ts`; make it anew when the models change.

/** A moment in UTC: `2026-11-20T12:00:00Z`. */
export type DateTime = string;
/** A day: `2026-11-20`. */
export type Day = string;
/** A time of day: `12:00:00`. */
export type TimeOfDay = string;
/** An exact number, as text: `12.50`. */
export type Decimal = `${number}`;
/** HTML or Markdown, as `rich_text_format` says. */
export type RichText = string;
/** Markdown. */
export type Markdown = string;
/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What a list answers. */
export interface List<Item> {
  /** `next` is there with `cursor` alone: the address of what follows, `null` at the end. */
  meta: { total_count: number; next?: string | null };
  items: Item[];
}

/** The block of a stream that has this type: `Block<BlogPage["body"], "quote">`. */
export type Block<Stream extends { type: string }[], Type extends Stream[number]["type"]> = Extract<
  Stream[number],
  { type: Type }
>;

export type Rendition = {
  url: string;
  full_url: string;
  width: number;
  height: number;
  alt: string;
} | {
  error: "SourceImageIOError";
};

export interface BlockImage {
  id: number;
  title: string;
  meta: {
    type: "wagtailimages.Image";
    download_url: string | null;
    rendition: Rendition;
  };
}

export type RenditionsByImage = Record<string, Record<string, Rendition>>;

export type PageType = "birds.BirdIndexPage" | "birds.BirdPage" | "events.EventIndexPage" | "events.EventPage" | "journal.ArticleIndexPage" | "journal.ArticlePage" | "station.HomePage" | "station.StandardPage" | "station.ContactPage";

export interface PageLink {
  id: number;
  meta: {
    type: PageType;
    detail_url: string;
    html_url: string | null;
  };
  title: string;
}

export interface PageListed {
  id: number;
  meta: {
    type: PageType;
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface PageNested {
  id: number;
  meta: {
    type: PageType;
    detail_url: string;
  };
  title: string;
}

export interface Image {
  id: number;
  meta: {
    type: "wagtailimages.Image";
    detail_url: string;
    tags: string[];
    download_url: string | null;
  };
  title: string;
  width: number | null;
  height: number | null;
  renditions?: RenditionsByImage;
}

export interface ImageListed {
  id: number;
  meta: {
    type: "wagtailimages.Image";
    detail_url: string;
    tags: string[];
    download_url: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface ImageNested {
  id: number;
  meta: {
    type: "wagtailimages.Image";
    detail_url: string;
    download_url: string | null;
  };
  title: string;
}

export interface Document {
  id: number;
  meta: {
    type: "wagtaildocs.Document";
    detail_url: string;
    tags: string[];
    download_url: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface DocumentListed {
  id: number;
  meta: {
    type: "wagtaildocs.Document";
    detail_url: string;
    tags: string[];
    download_url: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface DocumentNested {
  id: number;
  meta: {
    type: "wagtaildocs.Document";
    detail_url: string;
    download_url: string | null;
  };
  title: string;
}

export interface Redirect {
  id: number;
  meta: {
    type: "wagtailredirects.Redirect";
    detail_url: string;
  };
  old_path: string;
  location: string | null;
  renditions?: RenditionsByImage;
}

export interface RedirectListed {
  id: number;
  meta: {
    type: "wagtailredirects.Redirect";
    detail_url: string;
  };
  old_path: string;
  location: string | null;
  renditions?: RenditionsByImage;
}

export interface RedirectNested {
  id: number;
  meta: {
    type: "wagtailredirects.Redirect";
    detail_url: string;
  };
}

export interface CollectionNested {
  id: number;
  meta: {
    type: "wagtailcore.Collection";
  };
}

export interface UserNested {
  id: number;
  meta: {
    type: "auth.User";
  };
}

export interface BirdIndexPage {
  id: number;
  meta: {
    type: "birds.BirdIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  introduction: string | null;
  renditions?: RenditionsByImage;
}

export interface BirdIndexPageListed {
  id: number;
  meta: {
    type: "birds.BirdIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface BirdIndexPageNested {
  id: number;
  meta: {
    type: "birds.BirdIndexPage";
    detail_url: string;
  };
  title: string;
}

export interface BirdPage {
  id: number;
  meta: {
    type: "birds.BirdPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  latin_name: string;
  introduction: string;
  image: ImageNested | null;
  status: "all_year" | "breeding" | "winter";
  status_label: "All year" | "Spring and summer" | "Winter guest" | "" | null;
  length_cm: number | null;
  weight_g: number | null;
  song: string | null;
  colour: string | null;
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "picture";
    value: {
      image: number | null;
      caption: string | null;
      wide: boolean;
    };
    id: string | null;
  } | {
    type: "quote";
    value: {
      text: string;
      attribution: string | null;
    };
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  } | {
    type: "facts";
    value: {
      label: string;
      value: string;
    }[];
    id: string | null;
  } | {
    type: "table";
    value: Json;
    id: string | null;
  })[];
  image_card: Rendition | null;
  renditions?: RenditionsByImage;
}

export interface BirdPageListed {
  id: number;
  meta: {
    type: "birds.BirdPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface BirdPageNested {
  id: number;
  meta: {
    type: "birds.BirdPage";
    detail_url: string;
  };
  title: string;
}

export interface EventIndexPage {
  id: number;
  meta: {
    type: "events.EventIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  introduction: string | null;
  renditions?: RenditionsByImage;
}

export interface EventIndexPageListed {
  id: number;
  meta: {
    type: "events.EventIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface EventIndexPageNested {
  id: number;
  meta: {
    type: "events.EventIndexPage";
    detail_url: string;
  };
  title: string;
}

export interface EventPage {
  id: number;
  meta: {
    type: "events.EventPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  starts: DateTime;
  ends: DateTime | null;
  place: string;
  price: Decimal | null;
  introduction: string;
  image: ImageNested | null;
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "picture";
    value: {
      image: number | null;
      caption: string | null;
      wide: boolean;
    };
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  } | {
    type: "facts";
    value: {
      label: string;
      value: string;
    }[];
    id: string | null;
  })[];
  renditions?: RenditionsByImage;
}

export interface EventPageListed {
  id: number;
  meta: {
    type: "events.EventPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface EventPageNested {
  id: number;
  meta: {
    type: "events.EventPage";
    detail_url: string;
  };
  title: string;
}

export interface ArticleIndexPage {
  id: number;
  meta: {
    type: "journal.ArticleIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  introduction: string | null;
  renditions?: RenditionsByImage;
}

export interface ArticleIndexPageListed {
  id: number;
  meta: {
    type: "journal.ArticleIndexPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface ArticleIndexPageNested {
  id: number;
  meta: {
    type: "journal.ArticleIndexPage";
    detail_url: string;
  };
  title: string;
}

export interface ArticlePage {
  id: number;
  meta: {
    type: "journal.ArticlePage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  date: Day;
  introduction: string;
  cover: ImageNested | null;
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "picture";
    value: {
      image: number | null;
      caption: string | null;
      wide: boolean;
    };
    id: string | null;
  } | {
    type: "quote";
    value: {
      text: string;
      attribution: string | null;
    };
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  } | {
    type: "facts";
    value: {
      label: string;
      value: string;
    }[];
    id: string | null;
  } | {
    type: "table";
    value: Json;
    id: string | null;
  } | {
    type: "markdown";
    value: Markdown | null;
    id: string | null;
  } | {
    type: "embed";
    value: string | null;
    id: string | null;
  })[];
  tags: string[];
  authors: {
    id: number;
    meta: {
      type: "journal.ArticleAuthor";
    };
    person: PersonNested | null;
  }[];
  cover_card: Rendition | null;
  renditions?: RenditionsByImage;
}

export interface ArticlePageListed {
  id: number;
  meta: {
    type: "journal.ArticlePage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface ArticlePageNested {
  id: number;
  meta: {
    type: "journal.ArticlePage";
    detail_url: string;
  };
  title: string;
}

export interface HomePage {
  id: number;
  meta: {
    type: "station.HomePage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  tagline: string;
  introduction: string | null;
  image: ImageNested | null;
  button_label: string | null;
  button_page: PageNested | null;
  featured: BirdPageNested[];
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "picture";
    value: {
      image: number | null;
      caption: string | null;
      wide: boolean;
    };
    id: string | null;
  } | {
    type: "quote";
    value: {
      text: string;
      attribution: string | null;
    };
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  } | {
    type: "facts";
    value: {
      label: string;
      value: string;
    }[];
    id: string | null;
  })[];
  image_hero: Rendition | null;
  renditions?: RenditionsByImage;
}

export interface HomePageListed {
  id: number;
  meta: {
    type: "station.HomePage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface HomePageNested {
  id: number;
  meta: {
    type: "station.HomePage";
    detail_url: string;
  };
  title: string;
}

export interface StandardPage {
  id: number;
  meta: {
    type: "station.StandardPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  introduction: string | null;
  image: ImageNested | null;
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "picture";
    value: {
      image: number | null;
      caption: string | null;
      wide: boolean;
    };
    id: string | null;
  } | {
    type: "quote";
    value: {
      text: string;
      attribution: string | null;
    };
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  } | {
    type: "facts";
    value: {
      label: string;
      value: string;
    }[];
    id: string | null;
  } | {
    type: "download";
    value: {
      document: number | null;
      label: string | null;
    };
    id: string | null;
  } | {
    type: "people";
    value: (number | null)[];
    id: string | null;
  } | {
    type: "table";
    value: Json;
    id: string | null;
  } | {
    type: "markdown";
    value: Markdown | null;
    id: string | null;
  } | {
    type: "embed";
    value: string | null;
    id: string | null;
  })[];
  renditions?: RenditionsByImage;
}

export interface StandardPageListed {
  id: number;
  meta: {
    type: "station.StandardPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface StandardPageNested {
  id: number;
  meta: {
    type: "station.StandardPage";
    detail_url: string;
  };
  title: string;
}

export interface ContactPage {
  id: number;
  meta: {
    type: "station.ContactPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    show_in_menus: boolean;
    seo_title: string;
    search_description: string;
    first_published_at: DateTime | null;
    alias_of: PageLink | null;
    parent: PageLink | null;
    locale: string | null;
  };
  title: string;
  introduction: string | null;
  body: ({
    type: "heading";
    value: {
      text: string;
      level: "2" | "3";
    };
    id: string | null;
  } | {
    type: "paragraph";
    value: RichText | null;
    id: string | null;
  } | {
    type: "callout";
    value: {
      kind: "note" | "tip" | "care";
      title: string | null;
      text: RichText;
    };
    id: string | null;
  })[];
  form_fields: {
    id: number;
    meta: {
      type: "station.FormField";
    };
    clean_name: string | null;
    label: string;
    field_type: "singleline" | "multiline" | "email" | "number" | "url" | "checkbox" | "checkboxes" | "dropdown" | "radio" | "date";
    help_text: string | null;
    required: boolean;
    choices: string | null;
    default_value: string | null;
  }[];
  thank_you_text: RichText | null;
  renditions?: RenditionsByImage;
}

export interface ContactPageListed {
  id: number;
  meta: {
    type: "station.ContactPage";
    detail_url: string;
    html_url: string | null;
    slug: string;
    first_published_at: DateTime | null;
    locale: string | null;
  };
  title: string;
  renditions?: RenditionsByImage;
}

export interface ContactPageNested {
  id: number;
  meta: {
    type: "station.ContactPage";
    detail_url: string;
  };
  title: string;
}

export interface Person {
  id: number;
  meta: {
    type: "station.Person";
    detail_url: string;
  };
  name: string;
  role: string | null;
  about: RichText | null;
  portrait: ImageNested | null;
  website: string | null;
  portrait_square: Rendition | null;
  renditions?: RenditionsByImage;
}

export interface PersonListed {
  id: number;
  meta: {
    type: "station.Person";
    detail_url: string;
  };
  renditions?: RenditionsByImage;
}

export interface PersonNested {
  id: number;
  meta: {
    type: "station.Person";
    detail_url: string;
  };
}

export interface FooterTextNested {
  id: number;
  meta: {
    type: "station.FooterText";
  };
}

/** Pages by the label that `type` takes: what their own address and what lists show. */
export interface PageTypes {
  "birds.BirdIndexPage": { detail: BirdIndexPage; listed: BirdIndexPageListed };
  "birds.BirdPage": { detail: BirdPage; listed: BirdPageListed };
  "events.EventIndexPage": { detail: EventIndexPage; listed: EventIndexPageListed };
  "events.EventPage": { detail: EventPage; listed: EventPageListed };
  "journal.ArticleIndexPage": { detail: ArticleIndexPage; listed: ArticleIndexPageListed };
  "journal.ArticlePage": { detail: ArticlePage; listed: ArticlePageListed };
  "station.HomePage": { detail: HomePage; listed: HomePageListed };
  "station.StandardPage": { detail: StandardPage; listed: StandardPageListed };
  "station.ContactPage": { detail: ContactPage; listed: ContactPageListed };
}

/** What is beside the pages, by the name of its endpoint. */
export interface Endpoints {
  images: { detail: Image; listed: ImageListed };
  documents: { detail: Document; listed: DocumentListed };
  redirects: { detail: Redirect; listed: RedirectListed };
  "people": { detail: Person; listed: PersonListed };
}
