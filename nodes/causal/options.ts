/** The options of a node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { defaultOptions } from '../kernel/options.ts';

export interface CausalOptions {
  readonly sessions: 'sticky' | 'roaming';
  readonly syncIntervalMs: number;
  readonly waitTimeoutMs: number;
  readonly keptWrites: number;
}

export const optionSpecs: readonly OptionSpec[] = [
  {
    name: 'sessions',
    type: 'choice',
    choices: ['sticky', 'roaming'],
    default: 'sticky',
    meaning: 'a session stays at one node, or it carries what it has seen and goes to any',
  },
  {
    name: 'syncInterval',
    type: 'number',
    unit: 'ms',
    min: 10,
    max: 600_000,
    default: 100,
    vary: [20, 300],
    meaning: 'how often nodes tell each other what they have, and are sent what they lack',
  },
  {
    name: 'waitTimeout',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 60_000,
    default: 250,
    meaning: 'how long a request may wait until its node has what the session has seen; then it is refused',
  },
  {
    name: 'keptWrites',
    type: 'number',
    min: 1,
    max: 1_000_000,
    default: 1000,
    vary: [1, 30],
    meaning:
      'how many writes of each node are kept for others; who lacks more gets the whole state. Journals are compacted after so many',
  },
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): CausalOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  return {
    sessions: values['sessions'] as CausalOptions['sessions'],
    syncIntervalMs: Number(values['syncInterval']),
    waitTimeoutMs: Number(values['waitTimeout']),
    keptWrites: Number(values['keptWrites']),
  };
}
