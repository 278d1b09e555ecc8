/**
 * What must hold of all replicas at all times, as observers of released states. Each costs O(change).
 */
import type { NodeId } from '../kernel/ids.ts';
import { nodeNumber } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import { counterOf, covers, textOfClock } from './clock.ts';
import type { EventualProtocol, Status } from './messages.ts';
import { obsoletes, textOfJson, type Version, type Versions } from './versions.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}
type Observe = (released: Released) => string | null;

/** Compares what a node holds of a key with what it held before, also before a restart. */
function ofEachChange(
  check: (node: NodeId, key: string, now: Versions, before: Versions) => string | null,
): () => Observe {
  return () => {
    const held = new Map<NodeId, Map<string, Versions>>();
    return ({ node, status }) => {
      const before = held.get(node) ?? new Map<string, Versions>();
      const current = status.isFirst ? new Map<string, Versions>() : before;
      held.set(node, current);
      const changes = new Map(status.changed);
      const gone = status.isFirst ? [...before.keys()].filter((key) => !changes.has(key)) : [];
      for (const [key, now] of [...changes, ...gone.map((key) => [key, [] as Versions] as const)]) {
        const problem = check(node, key, now, before.get(key) ?? []);
        if (problem !== null) return problem;
        current.set(key, now);
      }
      return null;
    };
  };
}

const nothingForgotten: Invariant<EventualProtocol> = {
  name: 'nothing-forgotten',
  source: 'Shapiro et al. 2011, §2.2 (monotonic semilattice)',
  meaning: 'what a node held it holds still, or something whose writer knew of it, over restarts too',
  observer: ofEachChange((node, key, now, before) => {
    const forgotten = before.find(
      (old) => !now.some((version) => isCopy(version, old) || obsoletes(version, old)),
    );
    if (forgotten === undefined) return null;
    return `${node} held ${described(key, [forgotten])}, and now ${described(key, now)}`;
  }),
};

const countersGrow: Invariant<EventualProtocol> = {
  name: 'counters-grow',
  source: 'Parker et al. 1983, §3; Preguiça et al. 2012, §4 (dots are unique)',
  meaning:
    'a node never gives a counter twice for a key: its own entry grows with its writes, and with nothing else',
  observer: () => {
    const given = new Map<string, number>();
    return ({ node, status: { write, changed, isFirst } }) => {
      const self = String(nodeNumber(node));
      for (const [key, versions] of changed) {
        const name = `${self} ${key}`;
        const last = given.get(name) ?? 0;
        const wrote = write?.key === key ? counterOf(write.clock, self) : null;
        if (wrote !== null && wrote <= last)
          return `${node} wrote ${key} under its number ${wrote}, after ${last}`;
        const own = versions.find(({ by }) => by === self);
        const held = own === undefined ? 0 : counterOf(own.clock, self);
        // What was journaled and not yet released when the node crashed may be there or not.
        if (held > (wrote ?? last) && !isFirst)
          return `${node} holds ${described(key, versions)} as its own, and never wrote it`;
        given.set(name, Math.max(last, held, wrote ?? 0));
      }
      return null;
    };
  },
};

const clockCoversContext: Invariant<EventualProtocol> = {
  name: 'clock-covers-context',
  source: 'DeCandia et al. 2007, §4.4',
  meaning: 'a write replaces all that its client has seen, at whatever node',
  observer:
    () =>
    ({ node, status: { write } }) => {
      if (write === null || covers(write.clock, write.context)) return null;
      const [given, seen] = [textOfClock(write.clock), textOfClock(write.context)];
      return `${node} wrote ${write.key} under the clock ${given}, though its client had seen ${seen}`;
    },
};

const oneValuePerVersion: Invariant<EventualProtocol> = {
  name: 'one-value-per-version',
  source: 'Parker et al. 1983, §3',
  meaning: 'versions with the same clock have the same value, at all nodes',
  observer: () => {
    const values = new Map<string, string>();
    return ({ node, status: { changed } }) => {
      for (const [key, versions] of changed) {
        for (const version of versions) {
          const name = JSON.stringify([key, textOfClock(version.clock), version.by ?? null]);
          const value = textOfJson(version.value);
          const known = values.get(name) ?? value;
          if (known !== value)
            return `${node} holds ${described(key, [version])}, which is ${known} elsewhere`;
          values.set(name, value);
        }
      }
      return null;
    };
  },
};

/** The same write, whatever a restart or another node has made of the object. */
function isCopy(one: Version, other: Version): boolean {
  return (
    one.by === other.by &&
    one.since === other.since &&
    textOfClock(one.clock) === textOfClock(other.clock) &&
    textOfJson(one.value) === textOfJson(other.value)
  );
}

function described(key: string, versions: Versions): string {
  const texts = versions.map(({ value, clock }) => `${textOfJson(value)} {${textOfClock(clock)}}`);
  return `${key} = ${texts.join(' and ') || 'nothing'}`;
}

export const invariants: readonly Invariant<EventualProtocol>[] = [
  nothingForgotten,
  countersGrow,
  clockCoversContext,
  oneValuePerVersion,
];
