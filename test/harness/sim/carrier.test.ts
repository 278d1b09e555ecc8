/** Carried messages in the simulator: two directed links, one for the request and one for its answer. */
import assert from 'node:assert/strict';
import { SimCluster } from '../../../harness/sim/cluster.ts';
import { calm } from '../../../harness/sim/personality.ts';
import { Scheduler } from '../../../harness/sim/scheduler.ts';
import { openLink, type LinkRule } from '../../../harness/world.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { createLawProbe, type LawStatus } from '../../nodes/host/lawModel.ts';

const n1 = nodeId(1);
const n2 = nodeId(2);

/** A cluster of two law models, in which n1 has n2 append values. */
class Pair {
  private readonly scheduler = new Scheduler();
  readonly cluster: SimCluster;

  constructor(duplicateRatio = 0) {
    this.cluster = new SimCluster(
      {
        model: createLawProbe().model as unknown as NodeModel,
        nodes: [n1, n2],
        options: {},
        bug: null,
        flaw: null,
        personality: { ...calm, network: { ...calm.network, duplicateRatio } },
        scheduler: this.scheduler,
        prng: createPrng(1),
      },
      {
        stepping: () => undefined,
        released: () => undefined,
        probe: () => undefined,
        failed: (_node, error) => assert.fail(String(error)),
      },
    );
    this.cluster.startAll();
    this.pass(100);
  }

  pass(ms: number): void {
    this.scheduler.runUntil(this.scheduler.nowUs + ms * 1000);
  }

  carry(value: string): void {
    const request = { do: 'append', value };
    const body = { do: 'carry', to: n2, request };
    this.cluster.ask(n1, { method: 'POST', path: '/do', body }, 1000, () => undefined);
  }

  rule(from: 'n1' | 'n2', rule: Partial<LinkRule>): void {
    const [source, target] = from === 'n1' ? [n1, n2] : [n2, n1];
    this.cluster.network.setRule(source, target, { ...openLink, ...rule });
  }

  get appended(): readonly string[] {
    return (this.cluster.host(n2).status as LawStatus).values;
  }

  get heard(): readonly string[] {
    return (this.cluster.host(n1).status as LawStatus).heard;
  }
}

const answered = (...values: string[]): string => `200 ${JSON.stringify({ values })}`;

describe('a carried message in the simulator', () => {
  it('crosses two links', () => {
    const pair = new Pair();
    pair.carry('a');
    pair.pass(100);
    assert.deepEqual([pair.appended, pair.heard], [['a'], [answered('a')]]);
  });

  it('takes effect though its answer is lost, and its sender hears of nothing', () => {
    const pair = new Pair();
    pair.rule('n2', { mode: 'drop' });
    pair.carry('a');
    pair.pass(500);
    assert.deepEqual([pair.appended, pair.heard], [['a'], []]);
    pair.pass(600);
    assert.deepEqual([pair.appended, pair.heard], [['a'], ['none']]);
  });

  it('takes effect late when it was held, and its answer is no news any more', () => {
    const pair = new Pair();
    pair.rule('n1', { mode: 'hold' });
    pair.carry('a');
    pair.pass(1500);
    assert.deepEqual([pair.appended, pair.heard], [[], ['none']]);
    pair.rule('n1', {});
    pair.pass(1500);
    assert.deepEqual([pair.appended, pair.heard], [['a'], ['none']]);
  });

  it('has a late answer when that was held', () => {
    const pair = new Pair();
    pair.rule('n2', { mode: 'hold' });
    pair.carry('a');
    pair.pass(500);
    pair.rule('n2', {});
    pair.pass(100);
    assert.deepEqual(pair.heard, [answered('a')]);
  });

  it('slow links make both ways slow', () => {
    const pair = new Pair();
    pair.rule('n1', { delayMs: 200 });
    pair.rule('n2', { delayMs: 200 });
    pair.carry('a');
    pair.pass(350);
    assert.deepEqual([pair.appended, pair.heard], [['a'], []]);
    pair.pass(200);
    assert.deepEqual(pair.heard, [answered('a')]);
  });

  it('may come twice, and is answered once', () => {
    const pair = new Pair(1);
    pair.carry('a');
    pair.pass(2000);
    assert.deepEqual([pair.appended, pair.heard], [['a', 'a'], [answered('a')]]);
  });

  it('a node that is down refuses at once, as far as the link back lets it', () => {
    const pair = new Pair();
    pair.cluster.host(n2).kill();
    pair.carry('a');
    pair.pass(100);
    assert.deepEqual(pair.heard, ['none']);
    pair.rule('n2', { mode: 'drop' });
    pair.carry('b');
    pair.pass(500);
    assert.deepEqual(pair.heard, ['none']);
    pair.pass(1000);
    assert.deepEqual(pair.heard, ['none', 'none']);
  });
});
