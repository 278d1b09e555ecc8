/**
 * Random little histories against a slow twin, which remembers every write and the set of all that its node had applied.
 * Messages are lost, doubled and late, nodes restart; few writes are kept, so that whole states go about as well.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Write } from '../../../nodes/causal/messages.ts';
import { isLater } from '../../../nodes/causal/rules.ts';
import { covers, entryOf, textOfVector, vectorOf, type Vector } from '../../../nodes/causal/vector.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import { nodes, Stepper } from './stepper.ts';

type Act =
  | { readonly kind: 'put'; readonly node: number; readonly key: string; readonly client: number }
  | { readonly kind: 'deliver' | 'double' | 'drop'; readonly letter: number }
  | { readonly kind: 'sync' | 'restart'; readonly node: number };

const node = fc.nat(nodes.length - 1);
const put = fc.record({
  kind: fc.constant('put' as const),
  node,
  key: fc.constantFrom('a', 'b'),
  client: fc.nat(1),
});
const post = (kind: 'deliver' | 'double' | 'drop'): fc.Arbitrary<Act> =>
  fc.record({ kind: fc.constant(kind), letter: fc.nat(30) });
const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: put, weight: 5 },
  { arbitrary: post('deliver'), weight: 12 },
  { arbitrary: post('double'), weight: 2 },
  { arbitrary: post('drop'), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constantFrom('sync' as const, 'restart' as const), node }), weight: 3 },
);

class Twin {
  readonly writes = new Map<string, Write>();
  private readonly pasts = new Map<string, ReadonlySet<string>>();

  /** A write that a node has just taken, and what it had applied before. */
  taken(write: Write, before: Vector): void {
    const dot = `${write.origin}:${write.sequence}`;
    assert(!this.writes.has(dot), `${dot} was given twice`);
    this.writes.set(dot, write);
    this.pasts.set(dot, new Set(this.dotsOf(before)));
  }

  dotsOf(vector: Vector): string[] {
    return [...this.writes]
      .filter(([, { origin, sequence }]) => sequence <= entryOf(vector, origin))
      .map(([dot]) => dot);
  }

  judge(cluster: Stepper, at: NodeId): void {
    const applied = this.dotsOf(cluster.status(at).applied);
    const present = new Set(applied);
    for (const dot of applied) {
      for (const needed of this.pasts.get(dot) ?? [])
        assert(present.has(needed), `${at}: ${dot} without ${needed}`);
    }
    for (const key of ['a', 'b']) {
      const writes = applied
        .flatMap((dot) => this.writes.get(dot) ?? [])
        .filter((write) => write.key === key);
      const last = writes.find((write) => writes.every((other) => other === write || isLater(write, other)));
      assert.deepEqual(cluster.held(at, key), last?.value ?? null, `${at}: ${key}`);
    }
  }
}

function play(acts: readonly Act[], keptWrites: number): Stepper {
  const cluster = new Stepper({ options: { sessions: 'roaming', keptWrites } });
  const twin = new Twin();
  const sessions = ['', ''];
  for (const [value, one] of acts.entries()) {
    const letter =
      'letter' in one ? cluster.letters[one.letter % Math.max(1, cluster.letters.length)] : undefined;
    const at = nodes['node' in one ? one.node : nodes.indexOf(letter?.to ?? nodes[0] ?? ('' as NodeId))];
    if (at === undefined) continue;
    const before = cluster.status(at).applied;
    if (one.kind === 'put') {
      const session = sessions[one.client] ?? '';
      const response = cluster.response(cluster.put(at, one.key, value, session));
      const [write] = cluster.status(at).writes;
      assert.equal(response !== null, covers(before, vectorOf(session)), 'answered when it may be');
      if (write !== undefined) twin.taken(write, before);
      if (response?.type === 'written') sessions[one.client] = textOfVector(response.session ?? {});
    } else if (one.kind === 'sync') cluster.fire(at, 'sync');
    else if (one.kind === 'restart') cluster.restart(at);
    else if (letter !== undefined) {
      if (one.kind !== 'double') cluster.drop((other) => other === letter);
      if (one.kind !== 'drop') cluster.hand(letter);
      for (const write of cluster.status(at).writes) {
        // One that has waited for what came with the letter.
        if (`n${write.origin}` === at) twin.taken(write, write.dependencies);
      }
    }
    twin.judge(cluster, at);
  }
  cluster.sync(4);
  return cluster;
}

describe('causal nodes, by chance', () => {
  for (const keptWrites of [1, 1000]) {
    it(`hold the last of all that they have applied, which is closed, and agree in the end (${keptWrites} kept)`, () => {
      fc.assert(
        fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
          const cluster = play(acts, keptWrites);
          const [first, ...others] = nodes.map((at) => ({
            applied: textOfVector(cluster.status(at).applied),
            held: ['a', 'b'].map((key) => cluster.held(at, key)),
          }));
          for (const other of others) assert.deepEqual(other, first);
          assert.deepEqual(cluster.violations, []);
        }),
        { numRuns: 150, seed: 5 },
      );
    });
  }
});
