/**
 * Views stand for their text wherever they are named, and SQLite compiles that text anew each time. Views of views double it
 * with every level: two dozen short ones would keep a node busy for ever, before anybody could count what a statement
 * does. So it is bounded how long texts get with their views written out. Every name counts that a view has, also where
 * it means something else.
 */
import type { Connection } from './databases.ts';
import { rowsOf } from './instructions.ts';
import { namesIn, plainName } from './text.ts';

/** Characters of a statement, and of all views together, with the views in them written out. */
export const writtenOutMax = 100_000;

type Views = ReadonlyMap<string, string>;

function viewsOf(connection: Connection): Views {
  const rows = rowsOf(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'view'");
  return new Map(rows.map(([name, sql]) => [plainName(String(name)), String(sql)]));
}

/** Why a statement must not even be compiled; null when it may. */
export function refusalOfLength(connection: Connection, sql: string): string | null {
  return refusalOf(new Lengths(viewsOf(connection)).of(sql));
}

/** Why the views must not stay as they are now; null when they may. */
export function refusalOfViews(connection: Connection): string | null {
  const views = viewsOf(connection);
  const lengths = new Lengths(views);
  return refusalOf([...views.keys()].reduce((sum, name) => sum + lengths.ofView(name), 0));
}

function refusalOf(length: number): string | null {
  return length > writtenOutMax
    ? `with views written out it is longer than ${writtenOutMax} characters`
    : null;
}

class Lengths {
  private readonly views: Views;
  /** Infinite while it is being counted: views that name each other have no length. */
  private readonly known = new Map<string, number>();

  constructor(views: Views) {
    this.views = views;
  }

  /** A view cannot read itself: there its name means a column, or itself in its definition. */
  of(sql: string, self: string | null = null): number {
    if (this.views.size === 0) return sql.length;
    return namesIn(sql).reduce((sum, name) => sum + (name === self ? 0 : this.ofView(name)), sql.length);
  }

  /** 0 for what is no view. */
  ofView(name: string): number {
    const known = this.known.get(name);
    const text = this.views.get(name);
    if (known !== undefined || text === undefined) return known ?? 0;
    this.known.set(name, Infinity);
    const length = this.of(text, name);
    this.known.set(name, length);
    return length;
  }
}
