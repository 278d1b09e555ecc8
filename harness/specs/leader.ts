/** Who leads: sightings `{leader, term}`. A term has one leader, which is decided when somebody first hears of it. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** What a client was told. */
export interface Sighting {
  readonly leader: Json;
  readonly term: Json;
}

/** The sighting in an answer; undefined when it names no leader or no term, and so says nothing. */
export function sightingOf(answer: Json): Sighting | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const { leader = null, term = null } = answer as Readonly<Record<string, Json>>;
  return leader === null || term === null ? undefined : { leader, term };
}

/** The name of the leader by the name of the term. */
export type LeaderState = ReadonlyMap<string, string>;

function step(state: LeaderState, { f }: Input, output: Output): LeaderState | 'inconsistent' {
  if (f !== 'leader') throw new TypeError(`a leader has no operation '${f}'`);
  const sighting = output === 'unknown' ? undefined : sightingOf(output.value);
  if (!sighting) return state;
  const term = nameOfValue(sighting.term);
  const name = nameOfValue(sighting.leader);
  const known = state.get(term);
  if (known === undefined) return new Map([...state, [term, name]]);
  return known === name ? state : 'inconsistent';
}

export const leader: SequentialSpec<LeaderState> = {
  name: 'leader',
  meaning: 'who leads in each term: one leader a term',
  operations: [
    { f: 'leader', invoked: 'null', answered: '{leader, term}; a leader of null says that none is known' },
  ],
  init: () => new Map(),
  startsEmpty: true,
  step,
  nameOf: (state) =>
    [...state]
      .sort()
      .map(([term, name]) => `${name} in term ${term}`)
      .join(', '),
  byKey: true,
  observers: [],
  describe: describeOperation,
};
