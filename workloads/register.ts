/**
 * Registers that are read, written, and compared and set. Every written value is used once, so that a read tells which
 * write it saw.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import {
  fromState,
  perKeyGroups,
  type Generator,
  type GeneratorContext,
  type Invocation,
} from '../harness/generator/index.ts';
import type { Op } from '../harness/history.ts';
import { casOf, casRegister } from '../harness/specs/register.ts';
import type { Workload, WorkloadOptions } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { onlyConcurrent, onlyWritten } from '../harness/checkers/objects/index.ts';
import { crashesMax, finalReads, groupsOf, onlyReads } from './singleKey.ts';

/** A key retires after about so many operations, so that its check stays cheap. */
const operationsMax = 150;

export const register: Workload = {
  name: 'register',
  meaning: 'several keys at a time are read, written, and compared and set',
  idempotent: ['read'],
  needs: [['read', 'write']],
  spec: casRegister.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `k${index}`,
      generator: (_key, index) => oneRegister(index, kindsFor(options)),
      operationsMax,
      crashesMax,
    }),
  finalGenerator: (options, keys) => finalReads(keys, options),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    if (f === 'read') return { kind: 'read', key };
    if (f === 'write') return { kind: 'write', key, value };
    const [from, to] = casOf(value);
    return { kind: 'cas', key, from, to };
  },
  completed: ({ f, value }, result) => (f === 'read' ? result : value),
  checker: (level) => checkerOf(level, { spec: casRegister }),
  always: [onlyWritten(casRegister)],
  entails: { siblings: [onlyConcurrent(casRegister)] },
};

/** A value that the key may have: it was seen, or a write of it is in flight. */
interface Candidate {
  readonly value: Json;
  /** The invocation that wrote or saw it. Operations that were invoked later tend to take effect later. */
  readonly invokedAt: number;
}

/** What the generator of a key knows. */
interface Knowledge {
  /** The values 1 … written were used. */
  readonly written: number;
  /** The newest first. */
  readonly candidates: readonly Candidate[];
  /** The invocations in flight, by process. */
  readonly open: ReadonlyMap<Op['process'], number>;
}

/** An absent key reads as null, and a cas from null creates it. */
const nothingKnown: Knowledge = {
  written: 0,
  candidates: [{ value: null, invokedAt: -1 }],
  open: new Map(),
};

const candidatesMax = 3;

/** The operations on key number `index`. */
function oneRegister(index: number, drawKind: DrawKind): Generator {
  return fromState<Knowledge>(nothingKnown, {
    next: (state, context) => {
      const thread = context.prng.pick(context.free);
      const f = onlyReads(thread, index, context) ? 'read' : drawKind(context);
      const written = f === 'read' ? state.written : state.written + 1;
      return { op: operation(f, written, state, thread, context), state: { ...state, written } };
    },
    update: learn,
  });
}

/** The knowledge after an event on the key. */
function learn(state: Knowledge, event: Op): Knowledge {
  const { type, f, value, process, index } = event;
  const open = new Map(state.open);
  if (type === 'invoke') {
    open.set(process, index);
    return {
      ...state,
      open,
      candidates: f === 'write' ? withCandidate(state, value, index) : state.candidates,
    };
  }
  const invokedAt = open.get(process) ?? index;
  open.delete(process);
  if (type === 'ok')
    return {
      ...state,
      open,
      candidates: withCandidate(state, f === 'cas' ? casOf(value)[1] : value, invokedAt),
    };
  // A write that failed leaves no value; one that crashed may, but nobody should count on it.
  const isLost = ({ value: candidate }: Candidate): boolean => f === 'write' && candidate === value;
  return { ...state, open, candidates: state.candidates.filter((candidate) => !isLost(candidate)) };
}

function withCandidate({ candidates }: Knowledge, value: Json, invokedAt: number): readonly Candidate[] {
  return [...candidates.filter((candidate) => candidate.value !== value), { value, invokedAt }]
    .sort((a, b) => b.invokedAt - a.invokedAt)
    .slice(0, candidatesMax);
}

type Kind = 'read' | 'write' | 'cas';

type DrawKind = (context: GeneratorContext) => Kind;

/**
 * Where only reads stay at one node, a cas goes to any other one and tells its process something newer than that node
 * knows. As a cas is a read too, nothing that is claimed for reads could hold; so there is none. Nor is there where the
 * service has none.
 */
function kindsFor({ sessions, service }: WorkloadOptions): DrawKind {
  const hasCas = service?.knows('cas') ?? true;
  if (sessions === 'reads-at-one-node' || !hasCas) return ({ prng }) => (prng.chance(0.5) ? 'read' : 'write');
  return ({ prng }) => {
    const fraction = prng.next();
    if (fraction < 0.35) return 'read';
    return fraction < 0.55 ? 'write' : 'cas';
  };
}

function operation(
  f: Kind,
  newValue: number,
  { candidates }: Knowledge,
  thread: number,
  { prng }: GeneratorContext,
): Invocation {
  switch (f) {
    case 'read':
      return { f, value: null, thread };
    case 'write':
      return { f, value: newValue, thread };
    case 'cas': {
      // Mostly the newest candidate, so that many succeed; sometimes an older one, which should not.
      const at = prng.chance(0.9) ? 0 : prng.int(0, candidatesMax);
      return { f, value: [candidates[at]?.value ?? null, newValue], thread };
    }
  }
}
