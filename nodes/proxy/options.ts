/** The options of a proxy (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { defaultOptions } from '../kernel/options.ts';

/** Where reads are taken to. */
export type ReadTarget = 'follower' | 'leader' | 'any';

export interface ProxyOptions {
  readonly reads: ReadTarget;
  readonly resend: boolean;
  readonly pollMs: number;
  readonly attemptMs: number;
  readonly patienceMs: number;
}

export const optionSpecs: readonly OptionSpec[] = [
  {
    name: 'reads',
    type: 'choice',
    choices: ['follower', 'leader', 'any'],
    default: 'follower',
    meaning: 'where reads are taken to: to followers in turn, to the leader, or to all nodes in turn',
  },
  {
    name: 'resend',
    type: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning:
      'a write whose outcome is not known is sent again under its Request-Id; only nodes that deduplicate allow that',
  },
  {
    name: 'pollMs',
    type: 'number',
    min: 1,
    max: 60_000,
    default: 200,
    meaning: 'milliseconds after which all nodes are asked who leads; sooner when something went wrong',
  },
  {
    name: 'attemptMs',
    type: 'number',
    min: 1,
    max: 60_000,
    default: 250,
    meaning: 'milliseconds after which the outcome of an attempt counts as unknown',
  },
  {
    name: 'patienceMs',
    type: 'number',
    min: 1,
    max: 600_000,
    default: 800,
    meaning: 'milliseconds after which a request is answered, whatever is known by then',
  },
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): ProxyOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  return {
    reads: values['reads'] as ReadTarget,
    resend: values['resend'] === 'on',
    pollMs: Number(values['pollMs']),
    attemptMs: Number(values['attemptMs']),
    patienceMs: Number(values['patienceMs']),
  };
}
