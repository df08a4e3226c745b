// What the pages of this site need: the connection, pictures, and the articles as they are shown.

import { Siskin } from "./client";
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
  const list = await siskin.pages("journal.ArticlePage", {});
  const found = list.items.find((item) => item.meta.slug === slug);
  return found && siskin.page("journal.ArticlePage", found.id, WIDTHS);
}

/** The blocks of an article, each as what its component is given. */
export type ArticleBlock = ArticlePage["body"][number];

/** A block that is formatted text, as HTML. The others are for components of the site's own. */
export function html(block: ArticleBlock): string {
  return block.type === "paragraph" ? (block.value ?? "") : "";
}
