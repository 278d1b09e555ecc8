/** The registry of the long tests, the cheapest first. */
import { npmRun } from '../command.ts';
import { foundUnits } from './found.ts';
import { fuzzUnits } from './fuzz.ts';
import { modelUnits } from './models.ts';
import { plantedUnits } from './planted.ts';
import { realRun, simulate } from './runs.ts';
import { tableUnits } from './tables.ts';
import type { Outcome, Unit } from './unit.ts';

/** What is correct breaks nothing in a thousand seeds over all profiles. */
function cleanSeeds(args: readonly string[], seconds: number): Unit {
  return {
    name: `1000 simulated seeds are clean: ${args.join(' ')}`,
    seconds,
    run: async () => {
      const { seeds, failures, unknown, operations, seedsPerMinute } = await simulate(
        [...args, '--seeds', '1000', '--seed', '1'],
        10 * seconds,
      );
      const figure = `${seeds} seeds, ${operations} operations, ${failures.length} failures, ${unknown} unknown, ${Math.round(seedsPerMinute)} seeds/min`;
      return { passed: seeds === 1000 && failures.length === 0 && unknown === 0, figure };
    },
  };
}

/** Every way of reading behind proxies. */
const proxyUnits: readonly Unit[] = [
  ['--model', 'raft'],
  ['--model', 'raft', '--set', 'reads=lease'],
  ['--model', 'raft', '--set', 'proxyReads=leader'],
  ['--model', 'raft', '--set', 'proxyReads=quorum'],
  ['--model', 'leader-follower'],
  ['--model', 'leader-follower', '--set', 'failover=highest-log'],
  ['--model', 'leader-follower', '--set', 'failover=highest-log', '--set', 'proxyReads=leader'],
  ['--model', 'leader-follower', '--set', 'failover=highest-log', '--set', 'proxyReads=quorum'],
].map((args) => cleanSeeds([...args, '--set', 'proxy=on'], 120));

/** A planted bug must be found by the simulator. */
function bugIsFound(bug: string, seeds: number): Unit {
  return {
    name: `the simulator finds ${bug}`,
    seconds: 40,
    run: async () => {
      const { failures } = await simulate(
        ['--model', 'raft', '--bug', bug, '--seeds', String(seeds), '--seed', '1'],
        600,
      );
      const first = failures[0];
      const where = first ? `first at seed ${first.seed} (${first.profile}): ${first.kind}` : 'never';
      return { passed: failures.length > 0, figure: `${failures.length} of ${seeds} seeds, ${where}` };
    },
  };
}

/** The default run, over several seeds: valid, in time, with the leader hit. */
const defaultRuns: Unit = {
  name: 'default runs are valid and in time',
  seconds: 240,
  run: async () => {
    const lines: string[] = [];
    let passed = true;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { valid, operations, overSeconds, probes } = await realRun(
        ['--model', 'raft', '--seed', String(seed)],
        30,
      );
      const changes = probes['leader-changes'] ?? 0;
      passed &&= valid === true && overSeconds <= 8 && operations.ok >= 2000 && changes >= 1;
      lines.push(
        `seed ${seed}: ${valid}, ${operations.ok} ok, ${changes} leader changes, +${overSeconds.toFixed(1)} s`,
      );
    }
    return { passed, figure: lines.join('; ') };
  },
};

/** Members that come and go, on processes. */
const memberRuns: Unit = {
  name: 'ten runs whose members change, lose their disks and restart all at once are valid',
  seconds: 200,
  run: async () => {
    const names = ['membership', 'rejoin-empty', 'restart-all', 'partition'];
    const flags = ['--model', 'raft', '--faults', names.join(','), '--fault-interval', '2'];
    const lines: string[] = [];
    const effective = new Set<string>();
    let passed = true;
    for (let seed = 1; seed <= 10; seed++) {
      const { valid, operations, faults } = await realRun([...flags, '--seed', String(seed)], 12);
      passed &&= valid === true;
      for (const [name, report] of Object.entries(faults)) if (report.effective) effective.add(name);
      lines.push(`seed ${seed}: ${valid}, ${operations.ok} ok`);
    }
    const idle = names.filter((name) => !effective.has(name));
    if (idle.length > 0) lines.push(`never effective: ${idle.join(', ')}`);
    return { passed: passed && idle.length === 0, figure: lines.join('; ') };
  },
};

/** A leader that answers reads by itself is caught by isolating it; the same seeds with ReadIndex are clean. */
const staleReads: Unit = {
  name: 'stale leader reads are found, ReadIndex is clean',
  seconds: 200,
  run: async (): Promise<Outcome> => {
    const raft = ['--model', 'raft', '--guarantee', 'linearizable', '--faults', 'partition,pause'];
    const lines: string[] = [];
    let found = 0;
    let passed = true;
    for (const seed of [1, 2, 3, 4]) {
      const leader = ['--set', 'reads=leader', '--set', 'checkQuorum=off', ...raft, '--seed', String(seed)];
      const broken = await realRun(leader, 15);
      const clean = await realRun(['--set', 'reads=read-index', ...raft, '--seed', String(seed)], 15);
      if (broken.code === 1 && (broken.checkers['linearizable']?.anomalies.length ?? 0) > 0) found++;
      passed &&= clean.code === 0;
      lines.push(`seed ${seed}: leader ${broken.valid}, read-index ${clean.valid}`);
    }
    return { passed: passed && found >= 1, figure: `found in ${found} of 4; ${lines.join('; ')}` };
  },
};

const harnessBenchmark: Unit = {
  name: 'throughput of the harness beside autocannon',
  seconds: 60,
  run: async () => {
    const { code, stdout } = await npmRun('bench:harness', ['--json'], 300);
    const { ratio, writesPerFsync } = JSON.parse(stdout) as { ratio: number; writesPerFsync: number };
    const figure = `ratio ${ratio.toFixed(2)}, ${writesPerFsync.toFixed(1)} writes per fsync`;
    // The ratio is a figure to look at, not a bound: machines are noisy. That it can be made is the test.
    return { passed: code === 0 && ratio > 0, figure };
  },
};

export const units: readonly Unit[] = [
  cleanSeeds(['--model', 'raft'], 60),
  cleanSeeds(['--model', 'raft', '--profile', 'members'], 300),
  bugIsFound('ack-before-commit', 300),
  bugIsFound('stale-leader-read', 300),
  bugIsFound('no-request-dedup', 300),
  bugIsFound('log-not-persisted', 300),
  bugIsFound('term-not-persisted', 300),
  bugIsFound('vote-not-persisted', 1000),
  bugIsFound('old-term-committed-by-count', 1000),
  bugIsFound('two-changes-at-once', 300),
  ...fuzzUnits,
  ...proxyUnits,
  harnessBenchmark,
  staleReads,
  memberRuns,
  defaultRuns,
  ...foundUnits,
  ...modelUnits,
  ...tableUnits,
  ...plantedUnits,
];
