/** A run in which everything that a node or a client may choose is an attack on the page or on its reader. */
import type { Op } from '../../harness/history.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { ReportInput } from '../../reports/report.tsx';
import { syntheticRun } from './syntheticRun.ts';

export const attacks: readonly string[] = [
  '<script>alert(1)</script>',
  '</script><script>alert(2)</script>',
  '</style><img src=x onerror=alert(3)>',
  '"><svg onload=alert(4)>',
  `' onmouseover='alert(5)`,
  '<!--<script>',
  'line\u2028and\u2029separators',
  'abc\u202edef\u202c, \u200f right to left',
  'lone \ud800 surrogate \udc00 halves',
  'nul \u0000, escape \u001b[31m, zero\u200bwidth',
  'javascript:alert(6)',
  'x'.repeat(5000),
  '&lt;b&gt;&amp;',
];

/** The attacks as values, keys, errors, node names, operations, explanations, names of checkers, faults and options. */
export function hostileRun(): ReportInput {
  const run = syntheticRun({ seed: 6, operations: 60, seconds: 2, faults: false, staleRead: false });
  const attack = (at: number): string => attacks[at % attacks.length] ?? '';
  const history = [
    ...attacks.flatMap((text, at): Omit<Op, 'index'>[] => {
      const common = { process: at, f: attack(at), key: attack(at + 1), node: text as NodeId };
      return [
        { ...common, timeNs: at * 1e7, type: 'invoke', value: { [text]: text } },
        { ...common, timeNs: at * 1e7 + 5e6, type: at % 2 === 0 ? 'ok' : 'info', value: [text], error: text },
      ];
    }),
    ...attacks.flatMap((text, at): Omit<Op, 'index'>[] => [
      {
        timeNs: 2e8 + at * 1e7,
        process: 'nemesis',
        type: 'info',
        f: `start-${text}`,
        value: { entry: at, target: text, nodes: [text], mode: text },
      },
      { timeNs: 4e8 + at * 1e7, process: 'nemesis', type: 'info', f: `stop-${text}`, value: { entry: at } },
    ]),
    {
      timeNs: 6e8,
      process: 'nemesis' as const,
      type: 'info' as const,
      f: 'node-exited',
      value: { node: nodeId(1), why: attack(0) },
    },
  ].map((event, index): Op => ({ index, ...event }));
  const anomalies = attacks.map((text, at) => ({
    kind: text,
    key: attack(at + 1),
    ops: [2 * at, 2 * at + 1],
    minimal: [2 * at, 2 * at + 1],
    explanation: `${text}\n${text}`,
    prefix: [{ op: 2 * ((at + 1) % attacks.length), state: text }],
  }));
  const byAttack = <T>(value: T): Record<string, T> =>
    Object.fromEntries(attacks.map((text) => [text, value]));
  return {
    ...run,
    history,
    environment: Object.fromEntries(attacks.map((text) => [text, text])),
    meanings: Object.fromEntries(attacks.map((text) => [text, text])),
    config: {
      ...run.config,
      model: attack(0),
      workload: attack(1),
      faults: attacks,
      options: byAttack(attack(3)),
      bug: attack(2),
      schedule: attacks.map((text, id) => ({
        id,
        fault: text,
        atMs: 1,
        durationMs: 1,
        params: { [text]: text },
        seed: text,
      })),
    },
    results: {
      ...run.results,
      valid: false,
      reasons: attacks,
      warnings: attacks,
      repro: attacks.join(' '),
      checkers: Object.fromEntries(
        attacks.map((text) => [text, { valid: false as const, anomalies, reason: text, stats: byAttack(1) }]),
      ),
      faults: byAttack({ injected: 1, unavailable: 0, activeMs: 1, leaderHit: 0, effective: false }),
      probes: byAttack(1),
    },
  };
}
