/**
 * The five host laws as tests, the same for every host. A host takes part by offering a `LawFixture`: a small world of
 * nodes in which syncs can be held, links cut, and nodes crashed. Nothing here waits for a promise without letting the
 * world's time go by, so a world in virtual time can take part.
 */
import assert from 'node:assert/strict';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import type { WireAnswer, WireRequest } from '../../../nodes/kernel/wire.ts';
import { createLawProbe, type LawProbe, type LawProtocol, type LawRequest } from './lawModel.ts';

/** Makes a world of nodes n1 … n`nodes`, every one started and knowing the others. */
export type LawFixture = (
  model: NodeModel<LawProtocol>,
  settings: { readonly nodes: number; readonly seed: number },
) => Promise<LawWorld>;

export interface LawWorld {
  /** Sends a client's request; `broken` when the connection ended without an answer. Never rejects. */
  request(node: NodeId, request: WireRequest): Promise<WireAnswer | 'broken'>;
  /** Hands a message to a node's host as if it had just come from the network. May be called inside a step. */
  deliver(node: NodeId, from: NodeId, message: LawProtocol['message']): void;
  /** Lets time go by, and everything happen that is due. */
  pass(ms: number): Promise<void>;
  /** From now on no sync of this node completes. */
  holdSyncs(node: NodeId): void;
  /** Syncs complete again, the held ones too. */
  releaseSyncs(node: NodeId): void;
  /** How many syncs of the journal this node has completed since its present start. */
  syncs(node: NodeId): number;
  /** Kills the node; every record that was not synced is lost. Ends the hold on its syncs. */
  crash(node: NodeId): Promise<void>;
  /** The next incarnation, on what is left of the journal. */
  start(node: NodeId): Promise<void>;
  /** Whatever `from` sends to `to` is lost, until `heal`. */
  cut(from: NodeId, to: NodeId): void;
  heal(): void;
  /** The status that the node released last; undefined before the first. */
  status(node: NodeId): LawProtocol['status'] | undefined;
  /** Ends all nodes. */
  close(): Promise<void>;
}

const n1 = nodeId(1);
const n2 = nodeId(2);
const waitMsMax = 3000;
const sliceMs = 5;
/** Long enough for everything that is going to happen to have happened. */
const quietMs = 60;
/** A timer that the next request shall stop or replace runs at least so long: a busy machine may take its time. */
const unhurriedMs = 500;

/** A world together with the probe inside its nodes, and the verbs of the tests. */
class Lab {
  readonly probe: LawProbe = createLawProbe();
  private readonly opened: LawWorld[] = [];
  private readonly fixture: LawFixture;

  constructor(fixture: LawFixture) {
    this.fixture = fixture;
  }

  async open(nodes = 2, seed = 1): Promise<LawWorld> {
    const world = await this.fixture(this.probe.model, { nodes, seed });
    this.opened.push(world);
    return world;
  }

  async close(): Promise<void> {
    for (const world of this.opened) await world.close();
  }
}

interface Asked {
  answer: WireAnswer | 'broken' | 'open';
}

/** Asks without waiting: the answer appears in what is returned. */
function ask(world: LawWorld, node: NodeId, request: LawRequest): Asked {
  const asked: Asked = { answer: 'open' };
  void world.request(node, { method: 'POST', path: '/do', body: { ...request } }).then((answer) => {
    asked.answer = answer;
  });
  return asked;
}

async function until(world: LawWorld, what: string, condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += sliceMs) {
    if (waitedMs > waitMsMax) assert.fail(`after ${waitMsMax} ms still not so: ${what}`);
    await world.pass(sliceMs);
  }
}

async function answerOf(world: LawWorld, node: NodeId, request: LawRequest): Promise<readonly string[]> {
  const asked = ask(world, node, request);
  await until(world, `${node} has answered ${JSON.stringify(request)}`, () => asked.answer !== 'open');
  assert(typeof asked.answer === 'object', `${node} broke the connection`);
  assert.equal(asked.answer.status, 200);
  return (asked.answer.body as { values: readonly string[] }).values;
}

const append = (value: string): LawRequest => ({ do: 'append', value });
const read: LawRequest = { do: 'read' };

/** The same laws for every host; `name` says which. */
export function describeHostLaws(name: string, fixture: LawFixture): void {
  describe(`${name} keeps the host laws`, () => {
    let lab: Lab;
    beforeEach(() => {
      lab = new Lab(fixture);
    });
    afterEach(() => lab.close());

    describe('law 1: serial', () => serialLaw(() => lab));
    describe('law 2: output commit', () => outputCommitLaw(() => lab));
    describe('law 3: timers', () => timerLaw(() => lab));
    describe('law 4: network', () => networkLaw(() => lab));
    describe('law 5: crash', () => crashLaw(() => lab));
    describe('law 2, 4 and 5: carried messages', () => carriedLaw(() => lab));
  });
}

function serialLaw(lab: () => Lab): void {
  it('an event that comes in the middle of a step waits for its end', async () => {
    const { probe } = lab();
    const world = await lab().open();
    let insideOuter = false;
    let takenInside = false;
    probe.inside = ({ node, event }) => {
      if (node !== n1) return;
      if (event.kind === 'message') takenInside ||= insideOuter;
      if (event.kind !== 'request') return;
      insideOuter = true;
      world.deliver(n1, n2, { value: 'meanwhile' });
      insideOuter = false;
    };
    await answerOf(world, n1, append('outer'));
    await until(world, 'the message was taken', () => world.status(n1)?.heard.length === 1);
    assert.equal(takenInside, false);
    assert.equal(Math.max(...probe.steps.map(({ depth }) => depth)), 1);
  });

  it('start is the first event of every incarnation, and comes once', async () => {
    const { probe } = lab();
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, read);
    for (const life of [1, 2]) {
      const kinds = probe.steps
        .filter((step) => step.node === n1 && step.life === life)
        .map((s) => s.event.kind);
      assert.deepEqual(
        kinds.map((kind) => kind === 'start'),
        kinds.map((_, at) => at === 0),
      );
    }
  });

  it('time never goes back from step to step', async () => {
    const { probe } = lab();
    const world = await lab().open();
    for (const value of ['a', 'b', 'c']) await answerOf(world, n1, append(value));
    const times = probe.steps.filter(({ node }) => node === n1).map(({ now }) => now.monotonicMs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  });
}

function outputCommitLaw(lab: () => Lab): void {
  it('no reply, no message and no status leaves before the records of its step are synced', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'append-and-tell', to: n2, value: 'a' });
    await until(world, 'n1 has taken the request', () =>
      lab().probe.steps.some((s) => s.event.kind === 'request'),
    );
    await world.pass(quietMs);
    assert.equal(asked.answer, 'open');
    assert.deepEqual(world.status(n1)?.values ?? [], []);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
    world.releaseSyncs(n1);
    await until(world, 'n1 has answered', () => asked.answer !== 'open');
    await until(world, 'n2 was told', () => world.status(n2)?.heard.length === 1);
    assert.deepEqual(world.status(n1)?.values, ['a']);
  });

  it('a step without records waits for the records of the steps before it', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const appended = ask(world, n1, append('a'));
    await until(world, 'n1 has taken the append', () =>
      lab().probe.steps.some((s) => s.event.kind === 'request'),
    );
    const looked = ask(world, n1, read);
    const told = ask(world, n1, { do: 'tell', to: n2, value: 'early' });
    await world.pass(quietMs);
    assert.deepEqual([appended.answer, looked.answer, told.answer], ['open', 'open', 'open']);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
    world.releaseSyncs(n1);
    await until(world, 'all is answered', () => ![appended, looked, told].some((a) => a.answer === 'open'));
    await until(world, 'n2 was told', () => world.status(n2)?.heard.length === 1);
  });

  it('a step without records, and with none before it, leaves at once', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    world.holdSyncs(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a']);
  });

  it('steps go on during a sync, and one sync covers many of them', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('first'));
    const syncsBefore = world.syncs(n1);
    world.holdSyncs(n1);
    const asked = Array.from({ length: 20 }, (_, at) => ask(world, n1, append(`v${at}`)));
    const taken = (): number => lab().probe.steps.filter((s) => s.event.kind === 'request').length;
    await until(world, 'all steps were taken', () => taken() === 21);
    world.releaseSyncs(n1);
    await until(world, 'all is answered', () => asked.every(({ answer }) => answer !== 'open'));
    const syncs = world.syncs(n1) - syncsBefore;
    assert(syncs >= 1 && syncs <= 3, `${syncs} syncs for 20 appends that came during one`);
  });
}

function timerLaw(lab: () => Lab): void {
  const timeouts = (): string[] =>
    lab().probe.steps.flatMap(({ node, event }) =>
      node === n1 && event.kind === 'timeout' ? [event.timer] : [],
    );
  const timesOf = (kind: 'request' | 'timeout'): number[] =>
    lab().probe.steps.flatMap(({ event, now }) => (event.kind === kind ? [now.monotonicMs] : []));
  const set = (...timers: [string, number | null][]): LawRequest => ({
    do: 'timers',
    timers: timers.map(([timer, delayMs]) => ({ timer, delayMs })),
  });

  it('a timer runs out once, and never early', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', 30]));
    await until(world, 'the timer ran out', () => timeouts().length > 0);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['a']);
    const [setMs = NaN] = timesOf('request');
    const [ranOutMs = NaN] = timesOf('timeout');
    assert(ranOutMs - setMs >= 30, `it ran out after ${ranOutMs - setMs} ms`);
  });

  it('setting a timer again replaces it, later or sooner', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['later', unhurriedMs], ['sooner', 5000]));
    await answerOf(world, n1, set(['later', 2 * unhurriedMs], ['sooner', 40]));
    await until(world, 'both ran out', () => timeouts().length >= 2);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['sooner', 'later']);
    const [, setMs = NaN] = timesOf('request');
    const [, ranOutMs = NaN] = timesOf('timeout');
    assert(ranOutMs - setMs >= 2 * unhurriedMs, `the later one ran out after ${ranOutMs - setMs} ms`);
  });

  it('a cancelled timer never runs out, and the others do', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', unhurriedMs], ['b', unhurriedMs]));
    await answerOf(world, n1, set(['a', null]));
    await until(world, 'b ran out', () => timeouts().length > 0);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['b']);
  });

  it('a timer is set at the step, even while its records wait for a sync', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    ask(world, n1, append('a'));
    ask(world, n1, set(['a', 30]));
    await until(world, 'the timer ran out', () => timeouts().length > 0);
  });

  it('timers die with the incarnation', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', unhurriedMs]));
    await world.crash(n1);
    await world.start(n1);
    await world.pass(unhurriedMs + quietMs);
    assert.deepEqual(timeouts(), []);
  });
}

function networkLaw(lab: () => Lab): void {
  it('a message that the network lost is not sent again', async () => {
    const world = await lab().open();
    await answerOf(world, n1, { do: 'tell', to: n2, value: 'before' });
    await until(world, 'the first message came', () => world.status(n2)?.heard.length === 1);
    world.cut(n1, n2);
    await answerOf(world, n1, { do: 'tell', to: n2, value: 'lost' });
    await world.pass(quietMs);
    world.heal();
    await world.pass(4 * quietMs);
    assert.deepEqual(world.status(n2)?.heard, ['before']);
    await until(world, 'a later message came', () => {
      ask(world, n1, { do: 'tell', to: n2, value: 'after' });
      return world.status(n2)?.heard.includes('after') ?? false;
    });
    assert.equal(world.status(n2)?.heard.includes('lost'), false);
  });

  it('a cut is directed: the other direction goes on', async () => {
    const world = await lab().open();
    world.cut(n1, n2);
    await answerOf(world, n2, { do: 'tell', to: n1, value: 'against it' });
    await until(world, 'the message came', () => world.status(n1)?.heard.length === 1);
  });

  it('what comes twice is taken twice', async () => {
    const world = await lab().open();
    world.deliver(n1, n2, { value: 'twice' });
    world.deliver(n1, n2, { value: 'twice' });
    await until(world, 'both were taken', () => world.status(n1)?.heard.length === 2);
  });

  it('a message to a node that is down, or that nobody knows, holds up nothing', async () => {
    const world = await lab().open();
    await world.crash(n2);
    for (const to of [n2, nodeId(99)]) {
      await answerOf(world, n1, { do: 'tell', to, value: 'anyone?' });
      await answerOf(world, n1, append(to));
    }
    await world.pass(quietMs);
    assert.deepEqual(await answerOf(world, n1, read), [n2, nodeId(99)]);
  });
}

function crashLaw(lab: () => Lab): void {
  it('what was acknowledged is there in the next incarnation, in order', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b', 'c']) await answerOf(world, n1, append(value));
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, append('d'));
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a', 'b', 'c', 'd']);
  });

  it('records that were never synced are lost, and so is all that rested on them', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('synced'));
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'append-and-tell', to: n2, value: 'unsynced' });
    await until(
      world,
      'n1 has taken it',
      () => lab().probe.steps.filter((s) => s.event.kind === 'request').length === 2,
    );
    await world.crash(n1);
    await until(world, 'the connection broke', () => asked.answer === 'broken');
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['synced']);
    await world.pass(quietMs);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
  });

  it('open requests end in a broken connection', async () => {
    const world = await lab().open();
    const asked = ask(world, n1, { do: 'ignore' });
    await until(world, 'n1 has taken it', () => lab().probe.steps.some((s) => s.event.kind === 'request'));
    await world.crash(n1);
    await until(world, 'the connection broke', () => asked.answer === 'broken');
  });

  it('the next core remembers nothing but the journal', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    world.deliver(n1, n2, { value: 'forget me' });
    await until(world, 'it was taken', () => world.status(n1)?.heard.length === 1);
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, read);
    assert.deepEqual(
      { values: world.status(n1)?.values, heard: world.status(n1)?.heard },
      { values: ['a'], heard: [] },
    );
  });

  it('a compacted journal replaces what was before, and is added to afterwards', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, append(value));
    await answerOf(world, n1, { do: 'compact' });
    await answerOf(world, n1, append('c'));
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a+b', 'c']);
  });

  it('nothing leaves before a compaction is durable', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, append(value));
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'compact' });
    await world.pass(quietMs);
    assert.equal(asked.answer, 'open');
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a', 'b']);
  });

  it('chance is the same for the same seed, and differs by seed, node and incarnation', async () => {
    const world = await lab().open(2, 1);
    const draws = async (): Promise<(number | undefined)[]> => {
      for (const node of [n1, n2]) await answerOf(world, node, read);
      return [world.status(n1)?.draw, world.status(n2)?.draw];
    };
    const first = await draws();
    await world.crash(n1);
    await world.start(n1);
    const second = await draws();
    assert.equal(second[1], first[1]);
    const other = await lab().open(2, 1);
    for (const node of [n1, n2]) await answerOf(other, node, read);
    assert.deepEqual([other.status(n1)?.draw, other.status(n2)?.draw], first);
    const foreign = await lab().open(2, 2);
    await answerOf(foreign, n1, read);
    const distinct = new Set([...first, second[0], foreign.status(n1)?.draw]);
    assert.equal(distinct.size, 4);
  });
}

/** Messages that travel as requests of their own are messages: they obey the same laws. */
function carriedLaw(lab: () => Lab): void {
  const carry = (request: LawRequest, value?: string): LawRequest => ({
    do: 'carry',
    to: n2,
    request,
    ...(value !== undefined && { value }),
  });
  const heard = (world: LawWorld): readonly string[] => world.status(n1)?.heard ?? [];
  const requestsOf = (node: NodeId): number =>
    lab().probe.steps.filter((step) => step.node === node && step.event.kind === 'request').length;

  it('are requests by the routes of the asked node, and the answers are messages of that node', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, carry(append(value)));
    await until(world, 'both answers came', () => heard(world).length === 2);
    assert.deepEqual(world.status(n2)?.values, ['a', 'b']);
    assert.deepEqual(heard(world), ['200 {"values":["a"]}', '200 {"values":["a","b"]}']);
    const froms = lab().probe.steps.flatMap(({ event }) => (event.kind === 'message' ? [event.from] : []));
    assert.deepEqual(froms, [n2, n2]);
  });

  it('leave only when the records of their step, and of those before it, are synced', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const requests = [append('before'), carry(append('a'), 'with it'), carry(append('b'))];
    for (const [at, request] of requests.entries()) {
      ask(world, n1, request);
      await until(world, 'n1 has taken it', () => requestsOf(n1) === at + 1);
    }
    await world.pass(quietMs);
    assert.equal(requestsOf(n2), 0);
    world.releaseSyncs(n1);
    await until(world, 'n2 was asked', () => requestsOf(n2) === 2);
    assert.deepEqual(world.status(n1)?.values, ['before', 'with it']);
  });

  it('are answered only when what was asked is durable there', async () => {
    const world = await lab().open();
    world.holdSyncs(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.pass(quietMs);
    assert.deepEqual(heard(world), []);
    world.releaseSyncs(n2);
    await until(world, 'the answer came', () => heard(world).length === 1);
  });

  it('end with nothing when they are lost, and are not sent again', async () => {
    const world = await lab().open();
    world.cut(n1, n2);
    await answerOf(world, n1, carry(append('lost')));
    await until(world, 'it was given up', () => heard(world).length === 1);
    world.heal();
    await answerOf(world, n1, carry(append('after')));
    await until(world, 'the next was answered', () => heard(world).length === 2);
    await world.pass(4 * quietMs);
    assert.deepEqual(heard(world), ['none', '200 {"values":["after"]}']);
    assert.equal(requestsOf(n2), 1);
  });

  it('end with nothing when no answer comes in time, when the asked node is down, and when nobody knows it', async () => {
    const world = await lab().open();
    await answerOf(world, n1, carry({ do: 'ignore' }));
    await until(world, 'it was given up', () => heard(world).length === 1);
    await world.crash(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'it was given up, too', () => heard(world).length === 2);
    await answerOf(world, n1, { do: 'carry', to: nodeId(99), request: append('a') });
    await until(world, 'the third, too', () => heard(world).length === 3);
    assert.deepEqual(heard(world), ['none', 'none', 'none']);
    assert.equal(requestsOf(n2), 1);
  });

  it('end with nothing when the asked node crashes before it answers', async () => {
    const world = await lab().open();
    await answerOf(world, n1, carry({ do: 'ignore' }));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.crash(n2);
    await until(world, 'it broke', () => heard(world).length === 1);
    assert.deepEqual(heard(world), ['none']);
  });

  it('tell the next incarnation nothing', async () => {
    const world = await lab().open();
    world.holdSyncs(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.crash(n1);
    await world.start(n1);
    world.releaseSyncs(n2);
    await answerOf(world, n1, read);
    await answerOf(world, n2, read);
    await world.pass(2000);
    assert.deepEqual(heard(world), []);
  });
}
