/**
 * Read your writes: after a session has written to a key, its reads of the key return neither the initial value nor a
 * write of its own that is older than its last one. O(operations).
 */
import { fromInitial, none, readsNothing, type ReadsFrom } from '../readsFrom.ts';
import { breachesMax, type Breach } from './breach.ts';

export function readYourWrites({ length, session, key, keyCount, from, writes }: ReadsFrom): Breach[] {
  const breaches: Breach[] = [];
  // The last write of each key; sessions come one after the other, so an older session's is told by its number.
  const lastWrite = new Int32Array(keyCount).fill(none);
  for (let id = 0; id < length && breaches.length < breachesMax; id++) {
    const source = from[id] ?? readsNothing;
    const own = lastWrite[key[id] ?? 0] ?? none;
    if (source !== readsNothing && own !== none && session[own] === session[id]) {
      const isOlder = source >= 0 && session[source] === session[id] && source < own;
      if (isOlder) breaches.push({ story: [source, own, id], missed: own });
      if (source === fromInitial) breaches.push({ story: [own, id], missed: own });
    }
    if (writes[id] === 1) lastWrite[key[id] ?? 0] = id;
  }
  return breaches;
}
