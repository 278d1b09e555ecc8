/** What is not claimed, or is claimed wrongly, is found on real processes within ten seeds, and called by its name. */
import type { Verdict } from '../../harness/checkers/checker.ts';
import { describeHunt, hunt, type RealRun } from './runs.ts';
import type { Unit } from './unit.ts';

interface Flaw {
  readonly name: string;
  readonly args: readonly string[];
  /** The level that is violated, or the checker that finds it. */
  readonly level: string;
  /** In the kind of an anomaly, or in its explanation. */
  readonly anomaly: RegExp;
}

const linearizable = ['--guarantee', 'linearizable'];

/** Of five nodes, where a leader and one follower are no majority. */
const oneAcknowledgement = [
  ...['--model', 'leader-follower', '--nodes', '5', '--workload', 'append'],
  ...['--set', 'ack=1', '--set', 'failover=highest-log'],
];

const flaws: readonly Flaw[] = [
  {
    name: 'quorums that do not meet',
    args: ['--model', 'quorum', '--set', 'r=1', '--set', 'w=1', ...linearizable],
    level: 'linearizable',
    anomaly: /./,
  },
  {
    name: 'a quorum without repair: a read sees a write, a later one does not',
    args: [
      ...['--model', 'quorum', '--set', 'r=1', '--set', 'w=3', '--set', 'readRepair=off', ...linearizable],
      ...['--faults', 'slow', '--fault-interval', '1'],
    ],
    level: 'linearizable',
    anomaly: /inversion/,
  },
  {
    name: 'a quorum with timestamps of wall clocks that differ',
    args: ['--model', 'quorum', '--set', 'timestamps=wall', '--faults', 'clock', ...linearizable],
    level: 'linearizable',
    anomaly: /./,
  },
  {
    name: 'one acknowledgement and failover lose a write, by a schedule',
    args: [
      ...oneAcknowledgement,
      ...['--schedule', 'test/samples/leader-lost-for-good.json', '--guarantee', 'no-lost-writes'],
    ],
    level: 'no-lost-writes',
    anomaly: /lost/,
  },
  {
    name: 'one acknowledgement and failover lose a write, at random',
    args: [
      ...oneAcknowledgement,
      ...['--faults', 'partition', '--fault-interval', '1', '--guarantee', 'no-lost-writes'],
    ],
    level: 'no-lost-writes',
    anomaly: /lost/,
  },
  {
    name: 'reads of followers of Raft',
    args: ['--model', 'raft', '--set', 'reads=follower', ...linearizable],
    level: 'linearizable',
    anomaly: /./,
  },
  {
    name: 'two leaders of one epoch, without fencing',
    args: [
      ...['--model', 'leader-follower', '--set', 'failover=highest-log', '--bug', 'no-fencing'],
      ...['--workload', 'leader', '--faults', 'partition'],
    ],
    level: 'leader-terms',
    anomaly: /./,
  },
  ...['eventual', 'crdt'].map((model) => ({
    name: `stock oversold: ${model}`,
    args: [
      ...['--model', model, '--workload', 'inventory', '--guarantee', 'never-oversold'],
      ...(model === 'crdt' ? ['--set', 'type=pn-counter'] : []),
    ],
    level: 'never-oversold',
    anomaly: /./,
  })),
  {
    name: 'clients that roam between eventual nodes do not read monotonically',
    args: ['--model', 'eventual', '--workload', 'session', '--guarantee', 'monotonic-reads'],
    level: 'monotonic-reads',
    anomaly: /./,
  },
  {
    name: 'a counter that is not durable loses increments',
    args: ['--model', 'crdt', '--set', 'durable=off', '--workload', 'counter', '--faults', 'kill'],
    level: 'no-lost-writes',
    anomaly: /./,
  },
  ...['eventual', 'causal'].map((model) => ({
    name: `linearizability of a model that does not claim it: ${model}`,
    args: ['--model', model, '--workload', 'register', ...linearizable],
    level: 'linearizable',
    anomaly: /./,
  })),
];

function isFound({ level, anomaly }: Flaw, result: RealRun): boolean {
  const anomalies = deciding(level, result)
    .filter(({ valid }) => valid === false)
    .flatMap((verdict) => verdict.anomalies);
  return (
    result.code === 1 && anomalies.some(({ kind, explanation }) => anomaly.test(`${kind} ${explanation}`))
  );
}

/** The verdicts that speak of a level: its own, or that of the level which decides it, or those that stand for it. */
function deciding(level: string, { guarantee, checkers }: RealRun): readonly Verdict[] {
  const impliedBy: Readonly<Record<string, string | undefined>> = guarantee.impliedBy ?? {};
  const instead: Readonly<Record<string, readonly string[] | undefined>> = guarantee.instead ?? {};
  const own = [level, impliedBy[level] ?? level].find((name) => checkers[name] !== undefined);
  const names = own === undefined ? (instead[level] ?? []) : [own];
  return names.flatMap((name) => checkers[name] ?? []);
}

export const foundUnits: readonly Unit[] = flaws.map((flaw) => ({
  name: `found: ${flaw.name}`,
  seconds: 40,
  run: async () => {
    const outcome = await hunt(flaw.args, (result) => isFound(flaw, result));
    return { passed: outcome.found.length > 0, figure: describeHunt(outcome) };
  },
}));
