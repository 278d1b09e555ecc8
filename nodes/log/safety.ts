/**
 * The safety properties of a replicated log (Ongaro 2014, Figure 3.2, and what they rest on), as observers of all nodes of
 * a run. They see released states only: what a node holds in memory before it is durable has not happened yet. Each
 * costs O(change) per status. A model names them, cites its paper, and says in its own words what they find.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Index, LogEntry, LogView, Term } from './log.ts';

/** What these properties look at in a released status. */
export interface Shown<E extends LogEntry> {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly isLeader: boolean;
  readonly term: Term;
  readonly log: LogView<E>;
  /** Up to here no change of leaders may lose an entry. */
  readonly committedIndex: Index;
}

/** A sentence once the property is broken. */
export type Observe<S> = (shown: S) => string | null;

/** The model's words for a term and for what is committed, and its printer of entries. */
export interface Wording<E extends LogEntry> {
  readonly term: string;
  readonly committed: string;
  entry(entry: E): string;
}

/** An observer that compares each status with the one before it of the same node. */
export function sinceBefore<S extends { readonly node: NodeId }>(
  check: (current: S, previous: S) => string | null,
): Observe<S> {
  const latest = new Map<NodeId, S>();
  return (current) => {
    const previous = latest.get(current.node);
    latest.set(current.node, current);
    return previous === undefined ? null : check(current, previous);
  };
}

/** At most one leader in a term (election safety). */
export function oneLeaderPerTerm<E extends LogEntry>(words: Wording<E>): Observe<Shown<E>> {
  const leaders = new Map<Term, NodeId>();
  return ({ node, isLeader, term }) => {
    if (!isLeader) return null;
    const leader = leaders.get(term) ?? node;
    leaders.set(term, leader);
    return leader === node ? null : `${leader} and ${node} both lead in ${words.term} ${term}`;
  };
}

/** A leader never overwrites or deletes entries in its log. */
export function leaderAppendsOnly<E extends LogEntry>(words: Wording<E>): Observe<Shown<E>> {
  return sinceBefore((now, before) => {
    const isSameLeader =
      now.incarnation === before.incarnation && now.isLeader && before.isLeader && now.term === before.term;
    if (!isSameLeader) return null;
    const changed = now.log.firstChangeSince(before.log);
    if (changed > before.log.lastIndex) return null;
    return `${now.node}, leader of ${words.term} ${now.term}, changed its log at ${changed}`;
  });
}

/** A restart loses no entry that was released, unless the entry of a later leader stands in its place. */
export function durableLog<E extends LogEntry>(): Observe<Shown<E>> {
  return sinceBefore((current, previous) => {
    if (current.incarnation === previous.incarnation) return null;
    const [now, before] = [current.log, previous.log];
    const last = before.lastIndex;
    if (now.baseIndex > last || now.termAt(last) === before.termAt(last)) return null;
    // A later leader may have replaced entries in a step that was durable, but not released, when the node crashed. Its
    // own term is later than that of any entry that it replaces; what it puts there may be from an earlier one, or a
    // snapshot. What was compacted stays. The logs differ at the last entry, so the search ends.
    let index = Math.max(now.baseIndex, before.baseIndex);
    while (now.termAt(index) === before.termAt(index)) index++;
    const isReplaced = index > before.baseIndex && now.termAt(index) !== null;
    if (isReplaced && current.term > (before.termAt(index) ?? 0)) return null;
    return `${current.node} had a log up to ${last}, and up to ${now.lastIndex} after its restart`;
  });
}

/** Logs that have an entry with the same index and term are the same up to that entry (log matching). */
export function logMatching<E extends LogEntry>(words: Wording<E>): Observe<Shown<E>> {
  // The hash of the whole log up to an entry, first as seen anywhere, then as each node has it.
  const seen = new Map([['0/0', 0]]);
  const nodes = new Map<NodeId, { log: LogView<E>; prefixes: number[] }>();
  return ({ node, log }) => {
    const known = nodes.get(node);
    const from = known === undefined ? log.baseIndex + 1 : log.firstChangeSince(known.log);
    const prefixes = known?.prefixes ?? [];
    if (from === log.baseIndex + 1) {
      // What is compacted may have come in a snapshot: its prefix is the one that was seen with these entries.
      const base = seen.get(`${log.baseIndex}/${log.baseTerm}`);
      if (base === undefined) return null;
      prefixes[log.baseIndex] = base;
    }
    nodes.set(node, { log, prefixes });
    for (let index = from; index <= log.lastIndex; index++) {
      const [entry, term] = at(log, index);
      const prefix = (Math.imul(prefixes[index - 1] ?? 0, 31) + hashOf(entry, term)) | 0;
      prefixes[index] = prefix;
      const key = `${index}/${term}`;
      const expected = seen.get(key);
      if (expected === undefined) seen.set(key, prefix);
      else if (expected !== prefix)
        return `the log of ${node} differs from another one up to ${words.entry(entry)}`;
    }
    return null;
  };
}

/** No two nodes hold different entries to be committed at the same index (state machine safety). */
export function committedAgree<E extends LogEntry>(words: Wording<E>): Observe<Shown<E>> {
  const committed = new Map<Index, { entry: E; term: Term; node: NodeId }>();
  const latest = new Map<NodeId, { log: LogView<E>; committedIndex: Index }>();
  return ({ node, log, committedIndex }) => {
    const before = latest.get(node);
    latest.set(node, { log, committedIndex });
    const unchanged = before === undefined ? 0 : log.firstChangeSince(before.log) - 1;
    const from = Math.max(log.baseIndex, Math.min(before?.committedIndex ?? 0, unchanged)) + 1;
    for (let index = from; index <= Math.min(committedIndex, log.lastIndex); index++) {
      const [entry, term] = at(log, index);
      const other = committed.get(index);
      if (other === undefined) committed.set(index, { entry, term, node });
      else if (other.entry !== entry && hashOf(other.entry, other.term) !== hashOf(entry, term))
        return `to ${other.node} ${words.entry(other.entry)} is ${words.committed}, to ${node} ${words.entry(entry)}`;
    }
    const base = committed.get(log.baseIndex);
    if (base === undefined || base.term === log.baseTerm) return null;
    return `${node} has a snapshot at ${log.baseIndex}/${log.baseTerm}, to ${base.node} ${words.entry(base.entry)} is ${words.committed}`;
  };
}

/** An entry that is committed in a term is in the log of every leader of a later one (leader completeness). */
export function leaderHasCommitted<E extends LogEntry>(words: Wording<E>): Observe<Shown<E>> {
  // The last entry known to be committed in each term, and the latest log of the leader of each term.
  const commits = new Map<Term, { index: Index; term: Term }>();
  const leaders = new Map<Term, { node: NodeId; log: LogView<E> }>();
  let highest = 0;
  const lacks = (log: LogView<E>, { index, term }: { index: Index; term: Term }): boolean =>
    index >= log.baseIndex && log.termAt(index) !== term;
  const lacking = (node: NodeId, ledIn: Term, last: { index: Index; term: Term }, since: Term): string =>
    `${node} leads in ${words.term} ${ledIn} without ${last.index}/${last.term}, ${words.committed} by ${words.term} ${since}`;
  return ({ node, isLeader, term, log, committedIndex }) => {
    if (committedIndex > highest && committedIndex >= log.baseIndex) {
      highest = committedIndex;
      const last = { index: committedIndex, term: log.termAt(committedIndex) ?? 0 };
      commits.set(term, last);
      for (const [laterTerm, leader] of leaders) {
        if (laterTerm > term && lacks(leader.log, last)) return lacking(leader.node, laterTerm, last, term);
      }
    }
    if (!isLeader) return null;
    const isNew = !leaders.has(term);
    leaders.set(term, { node, log });
    if (!isNew) return null;
    for (const [earlierTerm, last] of commits) {
      if (earlierTerm < term && lacks(log, last)) return lacking(node, term, last, earlierTerm);
    }
    return null;
  };
}

/** An entry that is there, and its term. */
function at<E extends LogEntry>(log: LogView<E>, index: Index): readonly [E, Term] {
  return [log.entryAt(index) as E, log.termAt(index) as Term];
}

const hashes = new WeakMap<LogEntry, number>();

/** A hash of term and command (FNV-1a, 32 bits), computed once for each entry that is passed around. */
function hashOf(entry: LogEntry, term: Term): number {
  const known = hashes.get(entry);
  if (known !== undefined) return known;
  const text = `${term} ${JSON.stringify(entry.command)}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hashes.set(entry, hash);
  return hash;
}
