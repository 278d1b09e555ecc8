/** The options of a node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { defaultOptions } from '../kernel/options.ts';

export interface EventualOptions {
  readonly resolve: 'lww' | 'siblings';
  readonly sync: 'full' | 'digest';
  readonly syncIntervalMs: number;
}

export const optionSpecs: readonly OptionSpec[] = [
  {
    name: 'resolve',
    type: 'choice',
    choices: ['lww', 'siblings'],
    default: 'lww',
    meaning:
      'concurrent writes: the last one in a total order wins, or all are kept until a client that has seen them writes',
  },
  {
    name: 'sync',
    type: 'choice',
    choices: ['full', 'digest'],
    default: 'full',
    vary: ['digest'],
    meaning: 'what replicas send each other: everything, as in the course, or only what differs',
  },
  {
    name: 'syncInterval',
    type: 'number',
    unit: 'ms',
    min: 10,
    max: 600_000,
    default: 500,
    vary: [50, 200],
    meaning: 'time between two exchanges with every other node',
  },
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): EventualOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  return {
    resolve: values['resolve'] as EventualOptions['resolve'],
    sync: values['sync'] as EventualOptions['sync'],
    syncIntervalMs: Number(values['syncInterval']),
  };
}
