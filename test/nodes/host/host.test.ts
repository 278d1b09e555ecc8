/** The event loop where it must not go on: a core or a disk that broke, and the end of an incarnation. */
import assert from 'node:assert/strict';
import { Host, type HostJournal } from '../../../nodes/host/host.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { createLawProbe, type LawProtocol, type LawRequest, type LawStep } from './lawModel.ts';

/** A journal whose syncs end when the test says so. */
class ManualJournal implements HostJournal<string> {
  readonly records: string[] = [];
  private readonly syncs: { end: () => void; fail: (error: Error) => void }[] = [];

  append(records: readonly string[]): void {
    this.records.push(...records);
  }

  replace(records: readonly string[]): void {
    this.records.splice(0, this.records.length, ...records);
  }

  sync(): Promise<void> {
    return new Promise((end, fail) => this.syncs.push({ end, fail }));
  }

  /** The sync under way, once there is one. */
  async underWay(): Promise<{ end: () => void; fail: (error: Error) => void }> {
    while (this.syncs.length === 0) await turn();
    return this.syncs.shift() ?? assert.fail();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Bench {
  readonly host: Host<LawProtocol>;
  readonly journal: ManualJournal;
  readonly fatal: string[];
  readonly answers: (readonly string[])[];
  readonly sent: string[];
  readonly ask: (request: LawRequest) => void;
}

function createBench(inside: (step: LawStep) => void = () => undefined): Bench {
  const probe = createLawProbe();
  probe.inside = inside;
  const journal = new ManualJournal();
  const fatal: string[] = [];
  const sent: string[] = [];
  const answers: (readonly string[])[] = [];
  const self = nodeId(1);
  const host = new Host<LawProtocol>({
    core: probe.model.create({ self, peers: [], prng: createPrng(1), recovered: [], options: {}, bug: null }),
    journal,
    send: (to, { value }) => sent.push(`${to} ${value}`),
    clock: () => ({ monotonicMs: performance.now(), wallMs: 0 }),
    onFatal: ({ message }) => fatal.push(message),
  });
  host.start();
  const ask = (request: LawRequest): void => {
    host.request(request, ({ values }) => answers.push(values));
  };
  return { host, journal, fatal, answers, sent, ask };
}

const write: LawRequest = { do: 'append-and-tell', to: nodeId(2), value: 'a' };

describe('the event loop', () => {
  it('goes silent when a sync fails: nobody knows what is on the disk', async () => {
    const { host, journal, fatal, answers, sent, ask } = createBench();
    ask(write);
    (await journal.underWay()).fail(new Error('EIO'));
    await turn();
    ask({ do: 'read' });
    await turn();
    assert.deepEqual({ fatal, answers, sent }, { fatal: ['EIO'], answers: [], sent: [] });
    assert.deepEqual(host.released?.values, []);
  });

  it('goes silent when a step breaks an assumption', () => {
    const bench = createBench(({ event }) => {
      if (event.kind === 'message') throw new Error('this cannot be');
    });
    bench.host.deliver(nodeId(2), { type: 'told', value: 'x' });
    bench.ask({ do: 'read' });
    assert.deepEqual(
      { fatal: bench.fatal, answers: bench.answers },
      { fatal: ['this cannot be'], answers: [] },
    );
  });

  it('stops after everything that was taken is synced and released, and takes no more', async () => {
    const { host, journal, answers, sent, ask } = createBench();
    ask(write);
    const stopped = host.stop();
    ask({ do: 'read' });
    (await journal.underWay()).end();
    await stopped;
    assert.deepEqual({ answers, sent }, { answers: [['a']], sent: ['n2 a'] });
  });

  it('releases nothing after it was dropped, even if a sync ends then', async () => {
    const { host, journal, answers, sent, ask } = createBench();
    ask(write);
    const sync = await journal.underWay();
    host.drop();
    sync.end();
    await turn();
    assert.deepEqual({ answers, sent }, { answers: [], sent: [] });
  });

  it('calls back when what was taken before is released: at once, or with its sync, or never', async () => {
    const { host, journal, sent, ask } = createBench();
    const called: string[] = [];
    const note = (name: string): void => host.whenReleased(() => called.push(`${name} after ${sent.length}`));
    note('idle');
    assert.deepEqual(called, ['idle after 0']);
    ask(write);
    note('waiting');
    const sync = await journal.underWay();
    ask(write);
    note('next');
    assert.deepEqual(called.length, 1);
    sync.end();
    await turn();
    assert.deepEqual(called, ['idle after 0', 'waiting after 1']);
    const last = await journal.underWay();
    host.drop();
    note('dropped');
    last.end();
    await turn();
    assert.deepEqual(called.length, 2);
  });

  it('answers nobody whose connection is gone, and everybody else', () => {
    const { host, answers } = createBench();
    const id = host.request({ do: 'ignore' }, () => assert.fail('it was abandoned'));
    host.abandon(id);
    host.request({ do: 'read' }, ({ values }) => answers.push(values));
    assert.deepEqual(answers, [[]]);
    assert.deepEqual([host.counters.requests, host.counters.replies], [2, 1]);
  });
});
