// A client of Siskin's delivery API: what can be asked and what comes back follows from `siskin.ts`.

import type { Endpoints, List, PageTypes } from "./siskin";

export interface Connection {
  /** Where Siskin answers: `http://localhost:8000`. */
  base: string;
  /** A read token, for a site that demands one. It stays on the server that builds. */
  token?: string;
}

type Parameters = Record<string, string | number | undefined>;

/** What a list shows of a type: its usual fields and those that were asked for. */
export type Shown<Type extends { detail: object; listed: object }, Field extends keyof Type["detail"]> = Type["listed"] &
  Pick<Type["detail"], Field>;

export interface ListOptions<Field> {
  fields?: readonly Field[];
  order?: string;
  limit?: number;
  offset?: number;
  renditions?: readonly string[];
  descendantOf?: number;
  locale?: string;
  slug?: string;
  /** What editors have rather than what is published; for a token with the right to it. Any field may be null then. */
  draft?: boolean;
}

export interface PageOptions {
  renditions?: readonly string[];
  draft?: boolean;
}

export class NotFound extends Error {}

export class Siskin {
  constructor(private readonly connection: Connection) {}

  /** Pages of one type. */
  async pages<Label extends keyof PageTypes, Field extends keyof PageTypes[Label]["detail"] & string = never>(
    type: Label,
    options: ListOptions<Field> = {},
  ): Promise<List<Shown<PageTypes[Label], Field>>> {
    return this.ask("pages/", { type, ...asked(options) });
  }

  /** One page of a type, with all of its fields, and rich text as HTML. */
  async page<Label extends keyof PageTypes>(
    type: Label,
    id: number,
    options: PageOptions = {},
  ): Promise<PageTypes[Label]["detail"]> {
    return this.ask(`pages/${id}/`, { type, rich_text_format: "html", ...asked(options) });
  }

  /** Images, documents, redirects and snippets. */
  async list<Name extends keyof Endpoints, Field extends keyof Endpoints[Name]["detail"] & string = never>(
    name: Name,
    options: ListOptions<Field> = {},
  ): Promise<List<Shown<Endpoints[Name], Field>>> {
    return this.ask(`${name}/`, asked(options));
  }

  private async ask<Answer>(path: string, parameters: Parameters): Promise<Answer> {
    const address = new URL(`/api/v2/${path}`, this.connection.base);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const headers = new Headers({ Accept: "application/json" });
    if (this.connection.token) headers.set("Authorization", `Bearer ${this.connection.token}`);
    const response = await fetch(address, { headers });
    if (response.status === 404) throw new NotFound(address.pathname);
    if (!response.ok) throw new Error(`${address.pathname}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

function asked(options: ListOptions<string>): Parameters {
  return {
    fields: options.fields?.join(",") || undefined,
    order: options.order,
    limit: options.limit,
    offset: options.offset,
    renditions: options.renditions?.join(",") || undefined,
    descendant_of: options.descendantOf,
    locale: options.locale,
    slug: options.slug,
    draft: options.draft ? 1 : undefined,
  };
}
