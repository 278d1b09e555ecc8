/** The options of a node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { defaultOptions } from '../kernel/options.ts';
import { dataTypes } from './dataTypes.ts';

export interface CrdtOptions {
  readonly type: string;
  readonly syncIntervalMs: number;
  readonly isDelta: boolean;
  readonly isDurable: boolean;
}

export const optionSpecs: readonly OptionSpec[] = [
  {
    name: 'type',
    type: 'choice',
    choices: dataTypes.map(({ name }) => name),
    default: 'g-counter',
    isKept: true,
    meaning: 'what the objects are; unless it is given, what the workload needs',
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
  {
    name: 'sync',
    type: 'choice',
    choices: ['state', 'delta'],
    default: 'state',
    vary: ['delta'],
    meaning:
      'what is exchanged: everything, or what was added since the other node has acknowledged the rest',
  },
  {
    name: 'durable',
    type: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning: 'whether states are journaled; without that, a node that was killed begins from nothing',
  },
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): CrdtOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  return {
    type: String(values['type']),
    syncIntervalMs: Number(values['syncInterval']),
    isDelta: values['sync'] === 'delta',
    isDurable: values['durable'] === 'on',
  };
}
