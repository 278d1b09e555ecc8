/** When the cluster is asked for changes of its members, and when that is given up. */
import assert from 'node:assert/strict';
import { MemberKeeper } from '../../harness/memberKeeper.ts';
import type { NemesisStep } from '../../harness/nemesis.ts';
import type { DueChange } from '../../harness/population.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import { membership } from '../../nodes/raft/http.ts';

const [n1, n2] = [nodeId(1), nodeId(2)];
const nothing: NemesisStep = { actions: [], events: [] };

/** A nemesis that wants n2 out of the cluster until it hears that it is, or gives up. */
class ToyNemesis {
  dueChanges: readonly DueChange[] = [];
  readonly told: unknown[] = [];
  asked(): void {
    this.told.push('asked');
  }
  changed(...news: readonly unknown[]): NemesisStep {
    this.told.push(news);
    this.dueChanges = news[1] === 'outside' ? [] : this.dueChanges;
    return nothing;
  }
  giveUp(): NemesisStep {
    this.told.push('given up');
    this.dueChanges = [];
    return nothing;
  }
}

describe('who keeps the members of a cluster', () => {
  const known = { nodes: [n1, n2], leader: n1 };
  let nemesis: ToyNemesis;
  let sent: number;
  let keeper: MemberKeeper;
  beforeEach(() => {
    nemesis = new ToyNemesis();
    sent = 0;
    keeper = new MemberKeeper({ requests: membership, nemesis, send: () => sent++ });
  });

  it('has nothing to do until something is due, and again once it is confirmed', () => {
    keeper.look(5);
    assert.equal(keeper.nextNs, null);
    nemesis.dueChanges = [{ kind: 'remove', node: n2 }];
    keeper.look(10);
    assert.equal(keeper.nextNs, 10);
    assert.deepEqual(keeper.poll(known, 10), nothing);
    assert.deepEqual([sent, keeper.nextNs], [1, 10 + 100e6]);
    keeper.look(20);
    assert.equal(keeper.nextNs, 10 + 100e6, 'news do not make it ask faster');
    assert.equal(keeper.onOutcome(7, { kind: 'timeout' }), null, 'an outcome of somebody else');
    assert.deepEqual(keeper.onOutcome(0, { kind: 'answer', status: 200, body: {} }), nothing);
    assert.deepEqual(nemesis.told, ['asked', [n2, 'outside']]);
    keeper.poll(known, 10 + 100e6);
    assert.deepEqual([sent, keeper.nextNs], [1, null]);
  });

  it('gives up after its deadline, and does not ask any more', () => {
    nemesis.dueChanges = [{ kind: 'remove', node: n2 }];
    keeper.finishBy(1e9);
    for (let nowNs = 0; nowNs < 1e9; nowNs += 100e6) {
      keeper.poll(known, nowNs);
      keeper.onOutcome(sent - 1, { kind: 'refused' });
    }
    assert.equal(sent, 10);
    keeper.poll(known, 1e9);
    assert.equal(nemesis.told.at(-1), 'given up');
    keeper.look(2e9);
    assert.deepEqual([sent, keeper.nextNs], [10, null]);
  });
});
