/** One replica, and a few that exchange what they have, moved by hand. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entriesMax, type Clock } from '../../../nodes/eventual/clock.ts';
import type {
  Entries,
  EventualProtocol,
  JournalRecord,
  Message,
  Response,
} from '../../../nodes/eventual/messages.ts';
import { eventual } from '../../../nodes/eventual/model.ts';
import { nodeId, requestId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { Effects, NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

const all = [1, 2, 3].map(nodeId);
const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];

interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

/** Records are durable at once; a `sync` arrives as a request, as it is carried, and is always received. */
class Replicas {
  letters: Letter[] = [];
  readonly journals = new Map<NodeId, JournalRecord[]>();
  private readonly cores = new Map<NodeId, ProtocolCore<EventualProtocol>>();
  private readonly options: OptionValues;
  private requests = 0;

  constructor(options: OptionValues = {}) {
    this.options = options;
    for (const node of all) this.restart(node);
  }

  restart(node: NodeId): void {
    const core = eventual.create({
      self: node,
      peers: all.filter((other) => other !== node),
      prng: createPrng(node),
      recovered: JSON.parse(JSON.stringify(this.journals.get(node) ?? [])) as JournalRecord[],
      options: this.options,
      bug: null,
    });
    this.cores.set(node, core);
    this.step(node, { kind: 'start' });
  }

  step(node: NodeId, event: NodeEvent<EventualProtocol>): Effects<EventualProtocol> {
    const core = this.cores.get(node);
    assert(core !== undefined);
    const effects = core.step(event, { monotonicMs: 0, wallMs: 0 });
    const journal =
      effects.compacted === undefined ? (this.journals.get(node) ?? []) : [...effects.compacted];
    this.journals.set(node, [...journal, ...effects.journal]);
    for (const { to, message } of effects.sends) this.letters.push({ from: node, to, message });
    return effects;
  }

  ask(node: NodeId, request: EventualProtocol['request']): Response {
    const { replies } = this.step(node, { kind: 'request', id: requestId(++this.requests), request });
    assert.equal(replies.length, 1, 'a request is answered in its own step');
    return replies[0]?.response ?? assert.fail();
  }

  /** The clock of the write. */
  put(node: NodeId, key: string, value: Json, context: Clock | null = null): Clock {
    const response = this.ask(node, { type: 'put', key, value, context });
    assert(response.type === 'written');
    return response.clock;
  }

  get(node: NodeId, key: string): { values: readonly Json[]; clock: Clock | null } {
    const response = this.ask(node, { type: 'get', key });
    assert(response.type === 'read');
    return { values: response.values, clock: response.clock };
  }

  /** An interval is over for this node. */
  tick(node: NodeId): void {
    this.step(node, { kind: 'timeout', timer: 'sync' });
  }

  deliver({ from, to, message }: Letter): void {
    if (message.type !== 'sync') this.step(to, { kind: 'message', from, message });
    else {
      this.ask(to, { type: 'sync', entries: message.entries });
      this.step(from, { kind: 'message', from: to, message: { type: 'synced', taken: true } });
    }
  }

  /** Everything under way arrives, and what that causes. */
  settle(): void {
    for (let letter = this.letters.shift(); letter !== undefined; letter = this.letters.shift())
      this.deliver(letter);
  }

  /** All that a node holds. */
  stateOf(node: NodeId): Entries {
    this.restart(node);
    const { changed } = this.cores.get(node)?.status() as EventualProtocol['status'] & { changed: Entries };
    return [...changed].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}

describe('a replica of eventual', () => {
  it('counts its writes of each key in its own entry, as the course does', () => {
    const replicas = new Replicas();
    assert.deepEqual(replicas.put(n1, 'k', 'a'), { '1': 1 });
    assert.deepEqual(replicas.put(n1, 'k', 'b'), { '1': 2 });
    assert.deepEqual(replicas.put(n1, 'other', 'c'), { '1': 1 });
    assert.deepEqual(replicas.put(n1, 'k', 'd', { '2': 5 }), { '1': 3, '2': 5 });
    assert.deepEqual(replicas.get(n1, 'k'), { values: ['d'], clock: { '1': 3, '2': 5 } });
    assert.deepEqual(replicas.get(n2, 'k'), { values: [], clock: null });
  });

  it('counts on after a restart, above what a client says of it', () => {
    const replicas = new Replicas();
    replicas.put(n1, 'k', 'a');
    replicas.put(n1, 'k', 'b', { '1': 7 });
    replicas.restart(n1);
    assert.deepEqual(replicas.get(n1, 'k'), { values: ['b'], clock: { '1': 8 } });
    assert.deepEqual(replicas.put(n1, 'k', 'c'), { '1': 9 });
  });

  it('remembers deletions, and writes on top of them', () => {
    const replicas = new Replicas();
    replicas.put(n1, 'k', 'a');
    replicas.tick(n1);
    replicas.settle();
    replicas.put(n2, 'k', null);
    assert.deepEqual(replicas.get(n2, 'k'), { values: [], clock: { '1': 1, '2': 1 } });
    replicas.tick(n1);
    replicas.settle();
    assert.deepEqual(replicas.get(n2, 'k').values, []);
    replicas.tick(n2);
    replicas.settle();
    assert.deepEqual(replicas.get(n1, 'k').values, []);
    assert.deepEqual(replicas.put(n1, 'k', 'b'), { '1': 2, '2': 1 });
  });

  it('lww: decides the same everywhere, whoever heard of what first', () => {
    for (const order of [
      [n1, n2, n3],
      [n3, n2, n1],
      [n2, n3, n1, n2],
    ]) {
      const replicas = new Replicas();
      for (const node of all) replicas.put(node, 'k', node);
      for (const node of [...order, ...order]) {
        replicas.tick(node);
        replicas.settle();
      }
      for (const node of all)
        assert.deepEqual(replicas.get(node, 'k'), { values: ['n3'], clock: { '1': 1, '2': 1, '3': 1 } });
    }
  });

  it('siblings: keeps what nobody has seen, and tells the writer what stands beside', () => {
    const replicas = new Replicas({ resolve: 'siblings' });
    const first = replicas.put(n1, 'k', 'a');
    const beside = replicas.ask(n1, { type: 'put', key: 'k', value: 'b', context: null });
    assert.deepEqual(beside, {
      type: 'written',
      key: 'k',
      value: 'b',
      clock: { '1': 2 },
      siblings: ['a', 'b'],
    });
    replicas.put(n1, 'k', 'c', first);
    assert.deepEqual(replicas.get(n1, 'k'), { values: ['b', 'c'], clock: { '1': 3 } });
    replicas.put(n1, 'k', 'd', { '1': 3 });
    assert.deepEqual(replicas.get(n1, 'k'), { values: ['d'], clock: { '1': 4 } });
  });

  it('siblings: a deletion replaces what its client has seen, not what was written meanwhile', () => {
    const replicas = new Replicas({ resolve: 'siblings' });
    const seen = replicas.put(n1, 'k', 'a');
    replicas.tick(n1);
    replicas.settle();
    replicas.put(n2, 'k', 'b', seen);
    replicas.put(n1, 'k', null, seen);
    for (const node of all) replicas.tick(node);
    replicas.settle();
    for (const node of all) assert.deepEqual(replicas.get(node, 'k').values, ['b']);
  });

  it('refuses a write whose number would be too large, and stays as it is', () => {
    const replicas = new Replicas();
    const response = replicas.ask(n1, { type: 'put', key: 'k', value: 1, context: { '1': 2 ** 40 } });
    assert.deepEqual([response.type, replicas.get(n1, 'k').values], ['refused', []]);
    assert.deepEqual(replicas.journals.get(n1), []);
  });

  it('refuses a write whose clock would have too many entries for others, and stays as it is', () => {
    const replicas = new Replicas();
    const entries = Array.from({ length: entriesMax.written }, (_, at) => [String(at + 2), 1] as const);
    const put = (count: number): Response =>
      replicas.ask(n1, {
        type: 'put',
        key: 'k',
        value: 1,
        context: Object.fromEntries(entries.slice(0, count)),
      });
    assert.deepEqual([put(entries.length).type, replicas.get(n1, 'k').values], ['refused', []]);
    assert.equal(put(entries.length - 1).type, 'written');
  });

  it('journals nothing for versions that are older than its own', () => {
    const replicas = new Replicas();
    replicas.put(n1, 'k', 'a');
    replicas.tick(n1);
    replicas.settle();
    replicas.put(n2, 'k', 'b');
    const journaled = replicas.journals.get(n2)?.length;
    replicas.tick(n1);
    replicas.settle();
    assert.equal(replicas.journals.get(n2)?.length, journaled);
    assert.deepEqual(replicas.get(n2, 'k').values, ['b']);
  });

  it('journals what it changes in the step that answers, and nothing else', () => {
    const replicas = new Replicas();
    const sync = { type: 'sync', entries: [['k', [{ value: 1, clock: { '2': 1 } }]]] } as const;
    const journaled = (): number => replicas.journals.get(n1)?.length ?? 0;
    replicas.ask(n1, sync);
    assert.equal(journaled(), 1);
    replicas.ask(n1, sync);
    replicas.get(n1, 'k');
    replicas.tick(n1);
    assert.equal(journaled(), 1);
  });

  it('keeps its journal short, and what it recovers from it whole', () => {
    const replicas = new Replicas();
    for (let value = 1; value <= 2000; value++) replicas.put(n1, `k${value % 7}`, value);
    const records = replicas.journals.get(n1) ?? [];
    assert(records.reduce((sum, { entries }) => sum + entries.length, 0) <= 200);
    replicas.restart(n1);
    for (let key = 0; key < 7; key++) assert.equal(replicas.get(n1, `k${key}`).values.length, 1);
    assert.deepEqual(replicas.get(n1, 'k5').values, [2000]);
  });

  it('pushes at most three times to a peer that does not answer, and on when it does', () => {
    const replicas = new Replicas();
    replicas.put(n1, 'k', 1);
    for (let times = 0; times < 5; times++) replicas.tick(n1);
    const pushes = replicas.letters.filter(({ to }) => to === n2);
    assert.equal(pushes.length, 3);
    replicas.step(n1, { kind: 'message', from: n2, message: { type: 'synced', taken: false } });
    replicas.tick(n1);
    assert.equal(replicas.letters.filter(({ to }) => to === n2).length, 4);
  });
});

describe('anti-entropy by digests', () => {
  const acts = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constant('put' as const), fc.nat(2), fc.nat(6)) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('tick' as const), fc.nat(2), fc.constant(0)) },
      { weight: 4, arbitrary: fc.tuple(fc.constant('deliver' as const), fc.nat(50), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('lose' as const), fc.nat(50), fc.constant(0)) },
    ),
    { maxLength: 60 },
  );

  it('ends where exchanging everything ends', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const ends = ['full', 'digest'].map((sync) => {
          const replicas = new Replicas({ sync, resolve: 'siblings' });
          let value = 0;
          for (const [what, at, key] of script) {
            // Only writes are common to both: who hears of what when is left to each.
            if (what === 'put') replicas.put(all[at] ?? n1, `k${key}`, ++value, {});
            else if (what === 'tick') replicas.tick(all[at] ?? n1);
            else {
              const [letter] = replicas.letters.splice(at % Math.max(1, replicas.letters.length), 1);
              if (letter !== undefined && what === 'deliver') replicas.deliver(letter);
            }
          }
          for (let round = 0; round < 3; round++) {
            replicas.letters = [];
            for (const node of all) replicas.restart(node);
            for (const node of all) replicas.tick(node);
            replicas.settle();
          }
          const states = all.map((node) => replicas.stateOf(node));
          assert.deepEqual(states[1], states[0]);
          assert.deepEqual(states[2], states[0]);
          return states[0];
        });
        assert.deepEqual(
          ends[1]?.map(([key, versions]) => [key, versions.map(({ value }) => value).sort()]),
          ends[0]?.map(([key, versions]) => [key, versions.map(({ value }) => value).sort()]),
        );
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  it('sends only what differs, and what has changed since the digest', () => {
    const replicas = new Replicas({ sync: 'digest' });
    for (let key = 0; key < 100; key++) replicas.put(n1, `k${key}`, key);
    replicas.tick(n1);
    replicas.settle();
    replicas.put(n1, 'k7', 'new');
    replicas.tick(n1);
    const [digest] = replicas.letters.filter(({ to }) => to === n2);
    assert.equal(digest?.message.type, 'digest');
    replicas.letters = [];
    replicas.deliver(digest ?? assert.fail());
    const [summary] = replicas.letters;
    replicas.put(n1, 'late', 1);
    replicas.letters = [];
    replicas.deliver(summary ?? assert.fail());
    const [sync] = replicas.letters;
    assert(sync?.message.type === 'sync');
    assert.deepEqual(sync.message.entries.map(([key]) => key).sort(), ['k7', 'late']);
  });

  it('says nothing where nothing differs, and nothing of a digest that it never sent', () => {
    const replicas = new Replicas({ sync: 'digest' });
    replicas.put(n1, 'k', 1);
    replicas.tick(n1);
    replicas.settle();
    replicas.tick(n1);
    assert.deepEqual([...new Set(replicas.letters.map(({ message }) => message.type))], ['digest']);
    replicas.settle();
    assert.deepEqual(replicas.letters, []);
    const message = { type: 'summary', root: 'unknown', buckets: [0], hashes: [] } as const;
    assert.deepEqual(replicas.step(n1, { kind: 'message', from: n2, message }).sends, []);
  });
});
