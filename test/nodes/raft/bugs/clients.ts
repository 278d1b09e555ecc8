/** Planted bugs of answers to writes, of repeated requests and of snapshots. */
import assert from 'node:assert/strict';
import type { SqlRequest } from '../../../../nodes/machines/sql/sqlMachine.ts';
import { entriesOf, append, appendTwice, type Scenario } from './scenario.ts';
import { n1, n2, n3, type Stepper } from '../stepper.ts';

export const clientScenarios: readonly Scenario[] = [
  {
    bug: 'ack-before-commit',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.isolate(n1);
      return cluster.response(cluster.put(n1, 'x', 1)) !== null;
    },
  },
  {
    bug: 'definite-error-after-append',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      const write = cluster.put(n1, 'x', 1);
      cluster.deliver();
      cluster.drop();
      cluster.isolate(n1);
      cluster.elect(n2);
      cluster.heal();
      cluster.fire(n2, 'heartbeat');
      cluster.settle();
      const read = cluster.get(n2, 'x');
      cluster.settle();
      const response = cluster.response(write);
      const isDefinite = response?.type === 'refused' && response.error !== 'timeout';
      return isDefinite && cluster.valueRead(read) === 1;
    },
  },
  {
    bug: 'statements-split',
    options: { machine: 'sql' },
    play: (cluster: Stepper): boolean | undefined => {
      const statements = ['CREATE TABLE t (x)', 'INSERT INTO t VALUES (1)', 'INSERT INTO missing VALUES (1)'];
      const ask = (...texts: string[]): SqlRequest => ({
        type: 'sql',
        statements: texts.map((sql) => ({ sql })),
        isSingle: false,
      });
      cluster.elect(n1);
      const write = cluster.operate(n1, ask(...statements));
      cluster.settle();
      assert.equal(cluster.response(write)?.type, 'refused');
      const read = cluster.request(n1, { type: 'query', query: ask('SELECT x FROM t') });
      cluster.settle();
      // Without the bug there is no such table.
      return cluster.response(read)?.type === 'sql';
    },
  },
  {
    bug: 'no-request-dedup',
    play: (cluster: Stepper): boolean | undefined => appendTwice(cluster, () => cluster.wait(1)),
  },
  {
    bug: 'sessions-not-in-snapshot',
    options: { snapshotEntries: 2 },
    play: (cluster: Stepper): boolean | undefined =>
      appendTwice(cluster, () => {
        cluster.put(n1, 'x', 1);
        cluster.put(n1, 'x', 2);
        cluster.settle();
        cluster.restart(n1, n2, n3);
      }),
  },
  {
    bug: 'installs-older-snapshot',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 3), 3) });
      const chunk = JSON.stringify({ index: 2, term: 1, members: [n1, n2, n3], state: [], sessions: [] });
      const install = { type: 'install-snapshot', term: 1, round: 1, lastIndex: 2, lastTerm: 1 } as const;
      cluster.hand({ from: n2, to: n1, message: { ...install, offset: 0, chunk, done: true } });
      return undefined;
    },
  },
];
