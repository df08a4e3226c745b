// What the pages of this site need: the connection, pictures, and the articles as they are shown.

import { NotFound, Siskin } from "./client";
import type { ArticlePage, Rendition, RenditionsByImage } from "./siskin";

declare const process: { env: Record<string, string | undefined> };

/** Widths that pictures are offered in. */
const WIDTHS = ["width-400", "width-800", "width-1200"] as const;

export const base = process.env["SISKIN_URL"] ?? "http://localhost:8000";
const token = process.env["SISKIN_TOKEN"];

export const siskin = new Siskin(token ? { base, token } : { base });

export interface Picture {
  src: string;
  srcset: string;
  width: number;
  height: number;
  alt: string;
}

/** An image as `<img>` takes it, from the renditions that its answer came with; nothing for one whose file is gone. */
export function picture(image: { id: number } | null, all: RenditionsByImage | undefined): Picture | null {
  const made = Object.values((image && all?.[image.id]) ?? {}).filter(isMade);
  const largest = made.at(-1);
  if (!largest) return null;
  const srcset = made.map((rendition) => `${rendition.full_url} ${rendition.width}w`).join(", ");
  return { src: largest.full_url, srcset, width: largest.width, height: largest.height, alt: largest.alt };
}

function isMade(rendition: Rendition): rendition is Exclude<Rendition, { error: string }> {
  return "url" in rendition;
}

export interface Article {
  slug: string;
  title: string;
  date: string;
  cover: Picture | null;
}

export async function articles(): Promise<Article[]> {
  const list = await siskin.pages("journal.ArticlePage", {
    fields: ["date", "cover"],
    order: "-date",
    renditions: WIDTHS,
  });
  return list.items.map((article) => ({
    slug: article.meta.slug,
    title: article.title,
    date: article.date,
    cover: picture(article.cover, article.renditions),
  }));
}

/** Everything of an article. */
export async function article(slug: string): Promise<ArticlePage | undefined> {
  const list = await siskin.pages("journal.ArticlePage", { slug, limit: 1 });
  const found = list.items[0];
  return found && siskin.page("journal.ArticlePage", found.id, { renditions: WIDTHS });
}

/** An article as its editors have it, published or not. */
export async function draft(id: number): Promise<ArticlePage | undefined> {
  const token = process.env["SISKIN_PREVIEW_TOKEN"];
  if (!token) throw new Error("SISKIN_PREVIEW_TOKEN is not set: siskin token create Preview --drafts");
  const editors = new Siskin({ base, token });
  return editors.page("journal.ArticlePage", id, { renditions: WIDTHS, draft: true }).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
}

/** Whether somebody may see previews: who knows PREVIEW_SECRET. Without one nobody may. */
export function mayPreview(secret: string | null): boolean {
  const known = process.env["PREVIEW_SECRET"];
  return Boolean(known) && secret === known;
}

/** The blocks of an article, as `Body.astro` shows them. Those of other types are for components of the site's own. */
export type ArticleBlock = ArticlePage["body"][number];

export type ShownBlock =
  | { as: "heading"; level: "h2" | "h3"; text: string }
  | { as: "html"; html: string }
  | { as: "quote"; text: string; by: string };

export function shown(block: ArticleBlock): ShownBlock | null {
  switch (block.type) {
    case "heading":
      return { as: "heading", level: block.value.level === "3" ? "h3" : "h2", text: block.value.text };
    case "paragraph":
      return { as: "html", html: block.value ?? "" };
    case "quote":
      return { as: "quote", text: block.value.text, by: block.value.attribution ?? "" };
    default:
      return null;
  }
}
