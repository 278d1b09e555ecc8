/**
 * A simulated cluster whose members change all the time, while clients append and read, leadership is transferred, and
 * nodes crash, pause and are cut off. Disks and messages take time here, unlike in stepper.ts.
 */
import { SimCluster } from '../../../harness/sim/cluster.ts';
import { watchInvariants } from '../../../harness/sim/invariants.ts';
import type { Personality } from '../../../harness/sim/personality.ts';
import { Scheduler } from '../../../harness/sim/scheduler.ts';
import { openLink, type LinkRule, type WireOutcome } from '../../../harness/world.ts';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import type { WireRequest } from '../../../nodes/kernel/wire.ts';
import type { Status } from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';
import { problemsOf, type ListOp } from './listHistory.ts';

const model = raft as unknown as NodeModel;
const faultyMs = 6_000;
const calmLatency = { minUs: 100, meanUs: 300, tailRatio: 0 };

export class Churn {
  readonly problems: string[] = [];
  readonly probes = new Map<string, number>();
  readonly ops: ListOp[] = [];
  private readonly nodes: readonly NodeId[];
  private readonly scheduler = new Scheduler();
  private readonly cluster: SimCluster;
  private readonly prng: Prng;
  private readonly network: {
    -readonly [name in keyof Personality['network']]: Personality['network'][name];
  };
  private serial = 0;

  constructor(seed: string, bug: string | null = null) {
    this.prng = createPrng(`churn/${seed}`);
    const { prng, scheduler } = this;
    const size = prng.pick([1, 2, 3, 3, 4, 5]);
    this.nodes = Array.from({ length: size + prng.int(1, 3) }, (_, at) => nodeId(at + 1));
    this.network = networkOf(prng);
    const watch = watchInvariants(model);
    const setup = {
      model,
      nodes: this.nodes.slice(0, size),
      joining: this.nodes.slice(size),
      options: optionsOf(prng),
      bug,
      flaw: null,
      personality: personalityOf(prng, this.network),
      scheduler,
      prng: prng.fork('cluster'),
    };
    this.cluster = new SimCluster(setup, {
      stepping: () => undefined,
      released: (node, incarnation, status) => {
        const broken = watch(node, incarnation, status);
        if (broken !== null) this.problems.push(`${broken.name}: ${broken.explanation}`);
      },
      probe: (name) => this.probes.set(name, (this.probes.get(name) ?? 0) + 1),
      failed: (node, error) => this.problems.push(`${node} threw ${String(error)}`),
    });
  }

  /** Lets it all happen, then lets the cluster recover, and judges what clients saw. */
  run(): readonly string[] {
    const { scheduler, prng } = this;
    this.cluster.startAll();
    for (const client of ['c1', 'c2', 'c3', 'c4']) this.operate(client, prng.fork(client));
    this.every(prng.fork('admin'), [20, 100, 500], (draws) => this.administer(draws));
    this.every(prng.fork('faults'), [100, 1500], (draws) => this.disturb(draws));
    scheduler.runUntil(faultyMs * 1000);
    this.setLinks(() => openLink);
    Object.assign(this.network, { latency: calmLatency, lossRatio: 0, duplicateRatio: 0 });
    this.wait(8_000);
    for (const key of ['a', 'b']) this.read(this.leader ?? nodeId(1), key, () => undefined);
    this.wait(2_000);
    if (this.ops.slice(-2).some(({ outcome }) => outcome !== 'ok')) this.problems.push('it did not recover');
    else this.problems.push(...problemsOf(this.ops));
    return this.problems;
  }

  private get leader(): NodeId | undefined {
    return this.nodes.find((node) => this.statusOf(node)?.role === 'leader');
  }

  private statusOf(node: NodeId): Status | null {
    return this.cluster.host(node).status as Status | null;
  }

  private wait(ms: number): void {
    this.scheduler.runUntil(this.scheduler.nowUs + ms * 1000);
  }

  /** Does it again and again during the faulty phase; the pauses are bounded by one of these. */
  private every(prng: Prng, pausesMs: readonly number[], act: (prng: Prng) => void): void {
    const again = (): void => {
      if (this.scheduler.nowUs >= faultyMs * 1000) return;
      act(prng);
      this.scheduler.after(prng.int(1, 1000 * prng.pick(pausesMs)), again);
    };
    this.scheduler.after(600_000, again);
  }

  /** Mostly the leader, as clients do. */
  private someNode(prng: Prng): NodeId {
    const { leader } = this;
    return leader !== undefined && prng.chance(0.75) ? leader : prng.pick(this.nodes);
  }

  /** One client: one operation after the other. */
  private operate(client: string, prng: Prng): void {
    if (this.scheduler.nowUs >= faultyMs * 1000) return;
    const next = (): void => {
      this.scheduler.after(prng.int(1_000, 60_000), () => this.operate(client, prng));
    };
    const key = prng.pick(['a', 'b']);
    if (prng.chance(0.45)) this.read(this.someNode(prng), key, next);
    else this.append(client, key, prng, next);
  }

  private read(node: NodeId, key: string, next: () => void): void {
    const op = this.begin(key, null);
    this.cluster.ask(node, { method: 'GET', path: `/get/${key}` }, 1_000, (outcome) => {
      const isOk = outcome.kind === 'answer' && (outcome.status === 200 || outcome.status === 404);
      const body = outcome.kind === 'answer' ? (outcome.body as { value?: readonly number[] }) : {};
      this.end(op, isOk ? 'ok' : 'fail');
      op.list = body.value ?? [];
      next();
    });
  }

  /** Tries again under the same Request-Id, at another node perhaps; only then is it known to happen once. */
  private append(client: string, key: string, prng: Prng, next: () => void): void {
    const value = this.ops.length;
    const op = this.begin(key, value);
    const request: WireRequest = {
      method: 'POST',
      path: '/txn',
      requestId: `${client}/${++this.serial}`,
      body: { txn: [['append', key, value]] },
    };
    const attempt = (triesLeft: number, mayHaveHappened: boolean): void => {
      this.cluster.ask(this.someNode(prng), request, prng.pick([100, 800]), (outcome) => {
        const isOpen = mayHaveHappened || !isRefusal(outcome);
        if (outcome.kind === 'answer' && outcome.status === 200) this.end(op, 'ok');
        else if (triesLeft > 0) {
          this.scheduler.after(prng.int(1_000, 200_000), () => attempt(triesLeft - 1, isOpen));
          return;
        } else this.end(op, isOpen ? 'open' : 'fail');
        next();
      });
    };
    attempt(prng.pick([0, 1, 3]), false);
  }

  private begin(key: string, value: number | null): ListOp {
    const op: ListOp = {
      key,
      value,
      startUs: this.scheduler.nowUs,
      endUs: Infinity,
      outcome: 'open',
      list: [],
    };
    this.ops.push(op);
    return op;
  }

  private end(op: ListOp, outcome: ListOp['outcome']): void {
    op.endUs = this.scheduler.nowUs;
    op.outcome = outcome;
  }

  private administer(prng: Prng): void {
    const { leader } = this;
    if (leader === undefined) return;
    const members = this.statusOf(leader)?.members ?? [];
    const kind = prng.pick(['members/add', 'members/add', 'members/remove', 'members/remove', 'transfer']);
    const candidates = this.nodes.filter((node) => members.includes(node) !== (kind === 'members/add'));
    if (candidates.length === 0) return;
    // Removing the leader is the change that asks most of it.
    const node = kind === 'members/remove' && prng.chance(0.4) ? leader : prng.pick(candidates);
    const body = kind === 'transfer' ? { to: node } : { node };
    this.cluster.ask(leader, { method: 'POST', path: `/${kind}`, body }, 3_000, () => undefined);
  }

  private disturb(prng: Prng): void {
    const victim = prng.chance(0.5) ? (this.leader ?? prng.pick(this.nodes)) : prng.pick(this.nodes);
    const mode = prng.pick(['drop', 'hold'] as const);
    const half = new Set(prng.shuffle(this.nodes).slice(0, Math.ceil(this.nodes.length / 2)));
    const deeds: readonly (() => void)[] = [
      () => this.setLinks(() => openLink),
      () => this.setLinks((from, to) => (from === victim || to === victim ? { ...openLink, mode } : null)),
      () => this.setLinks((from, to) => (half.has(from) === half.has(to) ? null : { ...openLink, mode })),
      () => this.setLinks((from) => (from === victim ? { ...openLink, mode } : null)),
      () => this.crash(victim, prng),
      () => this.crash(victim, prng),
      () => this.pause(victim, prng),
      () => {
        if (prng.chance(0.4)) for (const node of this.nodes) this.crash(node, prng);
      },
    ];
    prng.pick(deeds)();
  }

  private crash(node: NodeId, prng: Prng): void {
    this.cluster.host(node).kill();
    this.scheduler.after(1000 * prng.int(2, prng.pick([50, 1500])), () => this.cluster.host(node).start());
  }

  private pause(node: NodeId, prng: Prng): void {
    this.cluster.host(node).pause();
    this.scheduler.after(1000 * prng.int(50, 1200), () => this.cluster.host(node).resume());
  }

  /** Sets the rule of each link for which there is one. */
  private setLinks(ruleOf: (from: NodeId, to: NodeId) => LinkRule | null): void {
    for (const from of this.nodes) {
      for (const to of this.nodes) {
        const rule = from === to ? null : ruleOf(from, to);
        if (rule !== null) this.cluster.network.setRule(from, to, rule);
      }
    }
  }
}

/** Whether nothing was started, as the answer says. */
function isRefusal(outcome: WireOutcome): boolean {
  if (outcome.kind === 'refused') return true;
  if (outcome.kind !== 'answer') return false;
  const { status, body } = outcome;
  return status === 421 || (status === 503 && (body as { code?: number }).code === 11);
}

function networkOf(prng: Prng): Personality['network'] {
  return {
    latency: {
      minUs: 100,
      meanUs: prng.pick([300, 3_000, 10_000]),
      tailRatio: prng.pick([0, 0.02, 0.1]),
    },
    lossRatio: prng.pick([0, 0.02, 0.1]),
    duplicateRatio: prng.pick([0, 0.05, 0.2]),
    ordered: prng.chance(0.5),
  };
}

function personalityOf(prng: Prng, network: Personality['network']): Personality {
  return {
    network,
    client: calmLatency,
    fsync: { minUs: 50, meanUs: prng.pick([100, 500, 3_000]), tailRatio: prng.pick([0, 0.02]) },
    crashKeeps: prng.pick(['nothing', 'prefix']),
    start: { minUs: 2_000, meanUs: 10_000, tailRatio: 0 },
    wallSkewMs: 0,
  };
}

function optionsOf(prng: Prng): Record<string, string | number> {
  return {
    reads: prng.pick(['read-index', 'lease']),
    checkQuorum: prng.chance(0.8) ? 'on' : 'off',
    heartbeatMs: prng.pick([20, 50]),
    electionTimeoutMs: prng.pick([150, 300]),
    snapshotEntries: prng.pick([2, 4, 20, 1000]),
    snapshotChunkBytes: prng.pick([30, 200, 65_536]),
  };
}
