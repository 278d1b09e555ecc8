/**
 * What a client gives back: the contexts that answers held, by what they are for (profile.ts, ApiContext). A context
 * belongs to a process; another process that takes over knows nothing. Only the keys used last are remembered, since
 * keys retire: to forget a context is always sound for a service, as it is what a new client does not have either. Whoever
 * judges what a client must have given back (harness/checkers/objects/onlyConcurrent.ts) rests on workloads that do not
 * come back to a key after so many others, which test/workloads/contexts.test.ts makes sure of.
 */
import type { Json } from '../nodes/kernel/wire.ts';
import { contextsIn, type ApiProfile } from './profile.ts';
import type { Fields } from './template.ts';

/** With 32, a client of `deletion` came back to a forgotten key about once in 6,000 operations; beyond 60 none ever did. */
export const keysMax = 128;

export class Contexts {
  private readonly profile: ApiProfile;
  private process: number | null = null;
  private session: Fields = {};
  /** In the order of their last use. */
  private readonly byKey = new Map<string, Fields>();

  constructor(profile: ApiProfile) {
    this.profile = profile;
  }

  /** What goes with a request of the process about this key. */
  of(process: number, key: string): Fields {
    if (process !== this.process) this.forget(process);
    return { ...this.session, ...this.byKey.get(key) };
  }

  /** Takes what an answer to such a request held; the newest answer counts. */
  learn(key: string, answer: Json): void {
    const found = Object.entries(contextsIn(this.profile, answer));
    if (found.length === 0) return;
    const isOfKey = (name: string): boolean => this.profile.contexts?.[name]?.scope === 'key';
    this.session = { ...this.session, ...Object.fromEntries(found.filter(([name]) => !isOfKey(name))) };
    const ofKey = { ...this.byKey.get(key), ...Object.fromEntries(found.filter(([name]) => isOfKey(name))) };
    this.byKey.delete(key);
    this.byKey.set(key, ofKey);
    const [oldest] = this.byKey.keys();
    if (this.byKey.size > keysMax && oldest !== undefined) this.byKey.delete(oldest);
  }

  private forget(process: number): void {
    this.process = process;
    this.session = {};
    this.byKey.clear();
  }
}
