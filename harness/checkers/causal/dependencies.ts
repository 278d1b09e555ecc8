/** What an operation depends on, as causal memory and PRAM see it. */
import { none, type ReadsFrom } from '../readsFrom.ts';
import type { Clocks } from './clocks.ts';
import type { Dependencies } from './view.ts';

/** PRAM: of another session one sees its writes, in their order, and nothing of what it has read. */
export function pramDependencies({ session, sessionStart, from }: ReadsFrom): Dependencies {
  return {
    sessionsSeenBy(own) {
      const seen = new Set([own]);
      const end = sessionStart[own + 1] ?? 0;
      for (let id = sessionStart[own] ?? 0; id < end; id++) {
        const source = from[id] ?? none;
        if (source >= 0) seen.add(session[source] ?? 0);
      }
      return Int32Array.from(seen).sort();
    },
    raise(row, columnOf, id) {
      const column = columnOf[session[id] ?? 0] ?? none;
      if (column !== none && (row[column] ?? 0) <= id) row[column] = id + 1;
    },
  };
}

/** Causal memory: the clocks of all operations. */
export function causalDependencies(
  { sessionStart }: ReadsFrom,
  { sessions, width, known }: Clocks,
): Dependencies {
  return {
    sessionsSeenBy(own) {
      const last = (sessionStart[own + 1] ?? 0) - 1;
      return sessions.filter((_, column) => (known[last * width + column] ?? 0) > 0);
    },
    raise(row, columnOf, id) {
      for (let at = 0; at < width; at++) {
        const bound = known[id * width + at] ?? 0;
        const column = bound === 0 ? none : (columnOf[sessions[at] ?? 0] ?? none);
        if (column !== none && (row[column] ?? 0) < bound) row[column] = bound;
      }
    },
  };
}
