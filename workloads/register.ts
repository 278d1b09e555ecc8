/**
 * Registers that are read, written, and compared and set. Every written value is used once, so that a read tells which
 * write it saw.
 */
import {
  fromState,
  perKeyGroups,
  type Generator,
  type GeneratorContext,
  type Invocation,
} from '../harness/generator/index.ts';
import type { Op } from '../harness/history.ts';
import { casOf, casRegister } from '../harness/specs/register.ts';
import type { Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { onlyWritten } from './onlyWritten.ts';
import { crashesMax, finalReads, groupsOf, onlyReads, singleKeyChecker } from './singleKey.ts';

/** A key retires after about so many operations, so that its check stays cheap. */
const operationsMax = 150;

export const register: Workload = {
  name: 'register',
  meaning: 'several keys at a time are read, written, and compared and set',
  idempotent: ['read'],
  spec: casRegister.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `k${index}`,
      generator: (_key, index) => oneRegister(index),
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
  checker: (level) => singleKeyChecker(casRegister, level),
  always: [onlyWritten({ written: writtenBy, read: readBy })],
};

function writtenBy({ f, value }: Op): readonly Json[] {
  if (f === 'write') return [value];
  return f === 'cas' ? [casOf(value)[1]] : [];
}

function readBy({ f, value }: Op): readonly Json[] {
  return f === 'read' && value !== null ? [value] : [];
}

/** What the generator of a key knows. */
interface Knowledge {
  /** The values 1 … written were used. */
  readonly written: number;
  /** Values that the key is known to have had, the newest first. */
  readonly seen: readonly Json[];
}

const seenMax = 3;

/** The operations on key number `index`. */
function oneRegister(index: number): Generator {
  return fromState<Knowledge>(
    // An absent key reads as null, and a cas from null creates it.
    { written: 0, seen: [null] },
    {
      next: (state, context) => {
        const thread = context.prng.pick(context.free);
        const f = onlyReads(thread, index, context) ? 'read' : drawKind(context);
        const written = f === 'read' ? state.written : state.written + 1;
        return { op: operation(f, written, state, thread, context), state: { ...state, written } };
      },
      update: (state, event) => {
        const value = valueAfter(event);
        if (value === undefined || value === state.seen[0]) return state;
        return { ...state, seen: [value, ...state.seen.slice(0, seenMax - 1)] };
      },
    },
  );
}

type Kind = 'read' | 'write' | 'cas';

function drawKind({ prng }: GeneratorContext): Kind {
  const fraction = prng.next();
  if (fraction < 0.35) return 'read';
  return fraction < 0.55 ? 'write' : 'cas';
}

function operation(
  f: Kind,
  newValue: number,
  { seen }: Knowledge,
  thread: number,
  { prng }: GeneratorContext,
): Invocation {
  switch (f) {
    case 'read':
      return { f, value: null, thread };
    case 'write':
      return { f, value: newValue, thread };
    case 'cas': {
      // Mostly the newest known value, so that many succeed; sometimes an older one, which should not.
      const from = prng.chance(0.85) ? seen[0] : prng.pick(seen);
      return { f, value: [from ?? null, newValue], thread };
    }
  }
}

/** The value that the key had at some time during an operation that succeeded. */
function valueAfter({ type, f, value }: Op): Json | undefined {
  if (type !== 'ok') return undefined;
  return f === 'cas' ? casOf(value)[1] : value;
}
