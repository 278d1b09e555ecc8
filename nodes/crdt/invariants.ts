/** What must hold of all replicas at all times, as observers of released states. Each costs O(what a step changed). */
import type { NodeId } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import type { BoundedCounterState } from './boundedCounter.ts';
import type { State } from './dataType.ts';
import { dataTypeNamed, type AnyType } from './dataTypes.ts';
import type { Dotted } from './dotted.ts';
import type { LwwState } from './lwwRegister.ts';
import type { CrdtProtocol, Entries, Status } from './messages.ts';
import { netOf } from './pnCounter.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}
type Observe = (released: Released) => string | null;

const statesInflate: Invariant<CrdtProtocol> = {
  name: 'states-inflate',
  source: 'Shapiro et al. 2011, §2.2 (monotonic semilattice)',
  meaning: 'what a replica knows only ever grows, over restarts too',
  observer: (): Observe => {
    const held = new Map<NodeId, Map<string, State>>();
    return ({ node, status: { dataType, changed, isFirst } }) => {
      const type = dataTypeNamed(dataType);
      const before = held.get(node) ?? new Map<string, State>();
      held.set(node, before);
      const now = new Map(changed);
      for (const [key, old] of isFirst ? before : [])
        if (!now.has(key)) return shrunk(node, key, old, type.bottom);
      for (const [key, state] of now) {
        const old = before.get(key) ?? type.bottom;
        if (type.merge(state, old) !== state) return shrunk(node, key, old, state);
        before.set(key, state);
      }
      return null;
    };
  },
};

function shrunk(node: NodeId, key: string, old: State, now: State): string {
  return `${node} knew ${described(key, old)}, and now ${described(key, now)}, which is not above it`;
}

const mergesInventNothing: Invariant<CrdtProtocol> = {
  name: 'merges-invent-nothing',
  source: 'Shapiro et al. 2011, §2.2 (merge is the least upper bound)',
  meaning: 'what a replica comes to know from others is below the join of all that was ever known',
  observer: (): Observe => {
    const known = new Map<string, State>();
    return ({ node, status: { dataType, changed, isFirst, isOwn } }) => {
      const type = dataTypeNamed(dataType);
      for (const [key, state] of changed) {
        const all = known.get(key) ?? type.bottom;
        const joined = type.merge(all, state);
        // What was journaled and not yet released when the node crashed may be there after all.
        if (joined !== all && !isFirst && !isOwn)
          return `${node} comes to know ${described(key, state)} from others, and all of them together know ${described(key, all)}`;
        known.set(key, joined);
      }
      return null;
    };
  },
};

const stampsAreUnique: Invariant<CrdtProtocol> = {
  name: 'stamps-are-unique',
  source: 'Bieniusa et al. 2012, §4 (unique identifiers); Shapiro et al. 2011, §3.2.1',
  meaning: 'a dot or timestamp stands for one value, at all replicas',
  observer: (): Observe => {
    const values = new Map<string, string>();
    return ({ node, status: { dataType, changed } }) => {
      const type = dataTypeNamed(dataType);
      for (const [key, state] of changed) {
        for (const [stamp, value] of stampsOf(type, state)) {
          const name = JSON.stringify([key, stamp]);
          const known = values.get(name) ?? value;
          if (known !== value)
            return `${node} holds ${value} in ${key} under ${stamp}, which is ${known} elsewhere`;
          values.set(name, value);
        }
      }
      return null;
    };
  },
};

function stampsOf({ name }: AnyType, state: State): readonly (readonly [stamp: string, value: string])[] {
  if (name === 'or-set' || name === 'mv-register')
    return (state as Dotted).dots.map(([replica, counter, value]) => [
      `${replica}.${counter}`,
      JSON.stringify(value),
    ]);
  if (name !== 'lww-register') return [];
  const { value, counter, by } = state as LwwState;
  return [[`${by}.${counter}`, JSON.stringify(value)]];
}

const neverBelowZero: Invariant<CrdtProtocol> = {
  name: 'never-below-zero',
  source: 'Balegas et al. 2015, §3.2',
  meaning: 'of a bounded counter no more is taken, by all replicas together, than was added',
  observer: (): Observe => {
    const known = new Map<string, State>();
    return ({ node, status: { dataType, changed } }) => {
      if (dataType !== 'bounded-counter') return null;
      const type = dataTypeNamed(dataType);
      for (const [key, state] of changed) {
        const all = type.merge(known.get(key) ?? type.bottom, state);
        known.set(key, all);
        const left = netOf(all as BoundedCounterState);
        if (left < 0) return `with what ${node} took there are ${left} left: ${described(key, all)}`;
      }
      return null;
    };
  },
};

/** What a node has come to know in this incarnation, one change after the other; the first ones it has recovered. */
interface Told {
  readonly changes: { readonly at: number; readonly states: Entries }[];
  /** How many of those each peer was seen to have. */
  readonly seen: Map<NodeId, number>;
}

const keptIsThere: Invariant<CrdtProtocol> = {
  name: 'kept-is-there',
  source: 'Almeida et al. 2018, §6, algorithm 2 (acknowledgements)',
  meaning: 'what a replica will not send to another one again, that one has',
  observer: (): Observe => {
    const held = new Map<NodeId, Map<string, State>>();
    const told = new Map<NodeId, Told>();
    return ({ node, status: { dataType, changed, changes, kept, isFirst } }) => {
      const type = dataTypeNamed(dataType);
      const own = held.get(node) ?? new Map<string, State>();
      held.set(node, own);
      for (const [key, state] of changed) own.set(key, type.merge(own.get(key) ?? type.bottom, state));
      const known = told.get(node);
      const all: Told = isFirst || known === undefined ? { changes: [], seen: new Map() } : known;
      told.set(node, all);
      if (changed.length > 0 && (isFirst || changes > 0)) all.changes.push({ at: changes, states: changed });
      for (const [peer, through] of kept) {
        const missing = missingAt(type, held.get(peer), all, peer, through);
        if (missing !== null)
          return `${node} takes it that ${peer} has ${described(...missing)}, but that has not`;
      }
      return null;
    };
  },
};

/** What was told up to this change and is not above what the peer has; null when there is nothing. */
function missingAt(
  type: AnyType,
  held: ReadonlyMap<string, State> = new Map<string, State>(),
  { changes, seen }: Told,
  peer: NodeId,
  through: number,
): readonly [key: string, state: State] | null {
  let count = seen.get(peer) ?? 0;
  for (; ; count++) {
    const change = changes[count];
    if (change === undefined || change.at > through) break;
    for (const [key, state] of change.states) {
      const theirs = held.get(key) ?? type.bottom;
      if (type.merge(theirs, state) !== theirs) return [key, state];
    }
  }
  seen.set(peer, count);
  return null;
}

function described(key: string, state: State): string {
  return `${key === '' ? 'the counter' : key} = ${JSON.stringify(state)}`;
}

export const invariants: readonly Invariant<CrdtProtocol>[] = [
  statesInflate,
  mergesInventNothing,
  stampsAreUnique,
  neverBelowZero,
  keptIsThere,
];
