import assert from 'node:assert/strict';
import { nodeBudget } from '../../harness/checkers/budget.ts';
import { convergence } from '../../harness/checkers/objects/index.ts';
import { History } from '../../harness/columns/history.ts';
import { register as registerSpec } from '../../harness/specs/register.ts';
import type { UsedKey } from '../../harness/workload.ts';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Sessions } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { settlingReads } from '../../workloads/settlingReads.ts';
import { simulateGenerator, type Simulated } from '../harness/generator/simulate.ts';

const settling = { intervalMs: 100, deadlineMs: 3000 };

interface Replicas {
  readonly keys?: readonly UsedKey[];
  readonly nodes?: number;
  readonly concurrency?: number;
  readonly sessions?: Sessions;
  readonly isUnordered?: boolean;
  /** What a node answers at this time; `fail` when it cannot. */
  readonly answer: (node: NodeId | undefined, timeMs: number, key: string | undefined) => Json;
}

function read(replicas: Replicas): Simulated {
  const { keys = [{ key: 'k', crashes: 0 }], nodes = 3, concurrency = 4, sessions = 'roaming' } = replicas;
  const { isUnordered = false, answer } = replicas;
  const options = { nodes, concurrency, sessions, converges: settling };
  const generator = settlingReads(keys, options, settling, { f: 'read', value: () => null, isUnordered });
  return simulateGenerator(generator, {
    concurrency,
    outcome: ({ invocation: { node, key }, op }) => {
      const value = answer(node, op.timeNs / 1e6, key);
      const type = value === 'fail' ? 'fail' : 'ok';
      return { afterMs: 1, type, value, ...(node !== undefined && { node }) };
    },
  });
}

const reads = ({ history }: Simulated): number => history.filter(({ type }) => type === 'invoke').length;
const verdictOf = ({ history }: Simulated): unknown =>
  convergence(registerSpec).check(History.of(history), nodeBudget(1e6)).valid;

describe('final reads of replicas that converge', () => {
  it('end after two rounds in which all nodes agree', () => {
    const run = read({ answer: () => 7 });
    assert.equal(reads(run), 6);
    assert.ok(run.endMs > 100 && run.endMs < 120, `${run.endMs}`);
    assert.equal(verdictOf(run), true);
  });

  it('go on until all agree', () => {
    const run = read({ answer: (node, timeMs) => (node === 'n3' && timeMs < 450 ? 1 : 2) });
    assert.ok(run.endMs > 550 && run.endMs < 700, `${run.endMs}`);
    assert.equal(verdictOf(run), true);
  });

  it('end when nodes disagree and nothing has changed for five intervals: they have diverged', () => {
    const run = read({ answer: (node) => (node === 'n3' ? 1 : 2) });
    assert.ok(run.endMs >= 500 && run.endMs < 650, `${run.endMs}`);
    assert.equal(verdictOf(run), false);
  });

  it('end at the deadline when nodes go on changing: nobody knows', () => {
    const run = read({ answer: (node, timeMs) => `${node} ${Math.floor(timeMs / 150)}` });
    assert.ok(run.endMs >= 3000 && run.endMs < 3200, `${run.endMs}`);
    assert.equal(verdictOf(run), 'unknown');
  });

  it('make more rounds than there are operations that may still take effect', () => {
    const run = read({ keys: [{ key: 'k', crashes: 30 }], answer: (node) => (node === 'n3' ? 1 : 2) });
    assert.ok(reads(run) / 3 > 31, `${reads(run) / 3} rounds`);
    assert.ok(run.endMs >= 500 && run.endMs < 700, `${run.endMs}`);
  });

  it('take a round in which a node did not answer for nothing', () => {
    const run = read({ answer: (node, timeMs) => (node === 'n1' && timeMs < 500 ? 'fail' : 7) });
    assert.ok(run.endMs > 600 && run.endMs < 800, `${run.endMs}`);
    const silent = read({ answer: (node) => (node === 'n1' ? 'fail' : 7) });
    assert.ok(silent.endMs >= 3000);
  });

  it('read every key at every node in each round, and settled ones no more', () => {
    const keys = ['a', 'b', 'c'].map((key) => ({ key, crashes: 0 }));
    const run = read({
      keys,
      answer: (node, timeMs, key) => (key === 'b' && timeMs < 350 ? (node ?? 0) : 1),
    });
    const asked = run.dispatches.map(({ invocation: { key, node } }) => `${key} ${node}`);
    assert.equal(new Set(asked.slice(0, 9)).size, 9);
    assert.equal(asked.filter((name) => name.startsWith('a')).length, 6);
    assert.ok(asked.slice(18).every((name) => name.startsWith('b')));
  });

  it('do not mind the order of what has none', () => {
    const lists = (node: NodeId | undefined): Json => (node === 'n1' ? [1, 2] : [2, 1]);
    assert.equal(reads(read({ isUnordered: true, answer: lists })), 6);
    assert.ok(reads(read({ answer: lists })) > 6);
    assert.equal(reads(read({ answer: (node) => ({ values: lists(node) }) })), 6);
  });

  it('keep a session at its node where it must stay, or make it a short one', () => {
    const nodesOf = ({ dispatches }: Simulated): Map<unknown, Set<unknown>> => {
      const found = new Map<unknown, Set<unknown>>();
      for (const { process, invocation } of dispatches)
        found.set(process, (found.get(process) ?? new Set()).add(invocation.node));
      return found;
    };
    for (const concurrency of [1, 2, 3, 4, 7]) {
      const run = read({ concurrency, sessions: 'one-node', answer: () => 7 });
      assert.equal(reads(run), 6, `${concurrency} clients`);
      for (const [process, at] of nodesOf(run)) assert.equal(at.size, 1, `process ${String(process)}`);
    }
    assert.ok([...nodesOf(read({ answer: () => 7, concurrency: 1 })).values()].some((at) => at.size > 1));
  });
});
