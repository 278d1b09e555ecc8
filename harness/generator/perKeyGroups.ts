/**
 * Several keys at a time: the threads are dealt out into groups, each group works on one key, and goes on to the next
 * key when it is done with it (Jepsen's independent/concurrent-generator).
 *
 *   threads 0 1 2 3 │ k0 k0 k0 … │ k2 k2 …          keys are numbered in the order in which
 *   threads 4 5 6 7 │ k1 k1 k1 k1 k1 … │ k3 …       they are taken
 *
 * A key also ends after a number of operations or of crashed operations (`info`): checking a key's history costs
 * little while it is short, and is exponential in the operations that stay open for ever.
 */
import { assert } from '../../nodes/kernel/assert.ts';
import type { Op } from '../history.ts';
import { assigned, dealOut, within, type ThreadSet } from './context.ts';
import type { Generator, GeneratorContext, Step } from './generator.ts';
import { earlier, pending } from './steps.ts';

export interface KeyGroups {
  /** How many keys are worked on at a time; at most one per thread. Sizes of groups differ by at most one thread. */
  readonly groups: number;
  /** The name of key number `index`, from 0; null when there are no more keys. */
  key(index: number): string | null;
  /** What is done to a key. Its operations get the key, and a thread of the group. */
  generator(key: string, index: number): Generator;
  /** A key ends after so many operations, less up to a tenth (drawn), so that keys do not end all at once. */
  readonly operationsMax?: number;
  /** A key ends when so many of its operations ended in info. (Those still in flight then may add to it.) */
  readonly crashesMax?: number;
}

export function perKeyGroups(options: KeyGroups): Generator {
  assert(options.groups > 0, 'there is at least one group of threads');
  // The threads are known, and dealt out, when the first operation is asked for.
  const start: Generator = {
    next: (context) => keyed(options, startState(options, context)).next(context),
    update: () => start,
  };
  return start;
}

/** So many keys in a row without any operation are a mistake, which would otherwise hang the run. */
const emptyKeysMax = 10_000;

/** A group's work on its key. */
interface Work {
  readonly key: string;
  readonly generator: Generator;
  readonly operationsLeft: number;
  readonly crashesLeft: number;
}

interface State {
  /** The threads of each group: neighbours. */
  readonly groups: readonly ThreadSet[];
  /** What each group does; `idle` before its next key, null when there was none. */
  readonly work: readonly (Work | 'idle' | null)[];
  readonly keysTaken: number;
}

function startState(options: KeyGroups, { threads }: GeneratorContext): State {
  const groups = Math.min(options.groups, threads.length);
  return {
    groups: dealOut(threads, groups, (position) => Math.floor((position * groups) / threads.length)),
    work: Array.from({ length: groups }, () => 'idle' as const),
    keysTaken: 0,
  };
}

function groupOf({ groups }: State, thread: number): number {
  return groups.findIndex((group) => group.includes(thread));
}

function keyed(options: KeyGroups, state: State): Generator {
  return {
    next(context) {
      return nextStep(options, state, context);
    },
    update(context, event) {
      const after = learned(state, context, event);
      return after === state ? this : keyed(options, after);
    },
  };
}

/** Asks the groups that have a free thread, beginning with the group of a random one, until one has an operation. */
function nextStep(options: KeyGroups, start: State, context: GeneratorContext): Step {
  let state = start;
  let untilNs: number | undefined;
  const first = groupOf(state, context.prng.pick(context.free));
  for (let turn = 0; turn < state.groups.length; turn++) {
    const group = (first + turn) % state.groups.length;
    const narrowed = within(context, state.groups[group] as ThreadSet);
    if (narrowed.free.length === 0) continue;
    const asked = ask(options, state, group, narrowed);
    state = asked.state;
    if (asked.step.kind === 'op') return asked.step;
    if (asked.step.kind === 'pending') untilNs = earlier(untilNs, asked.step.untilNs);
  }
  if (state.work.every((work) => work === null)) return { kind: 'exhausted' };
  return pending(keyed(options, state), untilNs);
}

/** One group's step, after it took its next key if it had to. */
function ask(
  options: KeyGroups,
  state: State,
  group: number,
  context: GeneratorContext,
): { readonly step: Step; readonly state: State } {
  let current = state;
  for (let skipped = 0; ; skipped++) {
    assert(skipped < emptyKeysMax, `${emptyKeysMax} keys in a row had no operation at all`);
    let work = current.work[group];
    if (work === null || work === undefined) return { step: { kind: 'exhausted' }, state: current };
    if (work === 'idle') {
      current = takeKey(options, current, group, context);
      work = current.work[group];
      if (work === null || work === undefined || work === 'idle') continue;
    }
    const { key } = work;
    const step = work.generator.next(context);
    switch (step.kind) {
      case 'exhausted':
        current = withWork(current, group, 'idle');
        continue;
      case 'pending':
        return { step, state: withWork(current, group, { ...work, generator: step.rest }) };
      case 'op': {
        const after = { ...work, generator: step.rest, operationsLeft: work.operationsLeft - 1 };
        const rest = keyed(options, withWork(current, group, isSpent(after) ? 'idle' : after));
        return { step: { kind: 'op', op: { ...assigned(step.op, context), key }, rest }, state: current };
      }
    }
  }
}

function takeKey(options: KeyGroups, state: State, group: number, { prng }: GeneratorContext): State {
  const index = state.keysTaken;
  const key = options.key(index);
  if (key === null) return withWork(state, group, null);
  const operationsMax = options.operationsMax ?? Infinity;
  const work: Work = {
    key,
    generator: options.generator(key, index),
    operationsLeft:
      operationsMax === Infinity ? Infinity : Math.max(1, Math.round(operationsMax * (1 - prng.next() / 10))),
    crashesLeft: options.crashesMax ?? Infinity,
  };
  return withWork({ ...state, keysTaken: index + 1 }, group, work);
}

/** What a group learns from an event on its key. Events on the key before are late, and change nothing. */
function learned(state: State, context: GeneratorContext, event: Op): State {
  if (event.process === 'nemesis') return state;
  const group = groupOf(state, context.threadOf(event.process));
  const threads = state.groups[group];
  const work = state.work[group];
  if (threads === undefined || work === null || work === undefined || work === 'idle') return state;
  if (work.key !== event.key) return state;
  const generator = work.generator.update(within(context, threads), event);
  const crashesLeft = event.type === 'info' ? work.crashesLeft - 1 : work.crashesLeft;
  if (generator === work.generator && crashesLeft === work.crashesLeft) return state;
  const after = { ...work, generator, crashesLeft };
  return withWork(state, group, isSpent(after) ? 'idle' : after);
}

function isSpent(work: Work): boolean {
  return work.operationsLeft <= 0 || work.crashesLeft <= 0;
}

function withWork(state: State, group: number, work: Work | 'idle' | null): State {
  return { ...state, work: state.work.with(group, work) };
}
