/**
 * A simulated cluster whose clients put, delete and read, with what they have seen as context, while links are cut and
 * nodes crash and pause; perhaps programs of others meddle, which know values and clocks alone. Workloads delete
 * nothing, and judge what any store owes; this judges by the clocks, which say more:
 *
 * - what a node shows of a key only grows, over restarts too;
 * - in the end all nodes show the same, and it covers every write that was acknowledged;
 * - nothing is shown in the end that somebody had seen when he wrote.
 */
import { SimCluster } from '../../../harness/sim/cluster.ts';
import { watchInvariants } from '../../../harness/sim/invariants.ts';
import { calm, type Personality } from '../../../harness/sim/personality.ts';
import { Scheduler } from '../../../harness/sim/scheduler.ts';
import { openLink, type LinkRule, type WireOutcome } from '../../../harness/world.ts';
import { covers, joined, textOfClock, type Clock } from '../../../nodes/eventual/clock.ts';
import { eventual } from '../../../nodes/eventual/model.ts';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import type { Json, WireRequest } from '../../../nodes/kernel/wire.ts';

const model = eventual as unknown as NodeModel;
const nodes: readonly NodeId[] = [1, 2, 3].map(nodeId);
const keys = ['a', 'b', '7'];
const turmoilMs = 3_000;
/** More than ten intervals. */
const quietMs = 6_000;

interface Answer {
  readonly value?: Json;
  readonly values?: readonly Json[];
  readonly vector_clock?: Clock;
}

/** An acknowledged write: the clock that it got, and the one that its client had. */
interface Acknowledged {
  readonly key: string;
  readonly value: number | null;
  readonly clock: Clock;
  readonly context: Clock;
}

export interface TurmoilSetup {
  readonly bug?: string;
  readonly options?: OptionValues;
  /** Programs that know values and clocks alone send back what they have read, and decide between siblings. */
  readonly strangers?: boolean;
}

export class Turmoil {
  readonly problems: string[] = [];
  readonly probes = new Map<string, number>();
  private readonly scheduler = new Scheduler();
  private readonly cluster: SimCluster;
  private readonly prng: Prng;
  private readonly network: {
    -readonly [name in keyof Personality['network']]: Personality['network'][name];
  };
  private readonly writes: Acknowledged[] = [];
  /** By node and key: the join of all clocks that it has shown. */
  private readonly shown = new Map<string, Clock>();
  private readonly strangers: boolean;
  private written = 0;

  constructor(seed: number, { bug, options, strangers = false }: TurmoilSetup = {}) {
    this.prng = createPrng(`turmoil/${seed}`);
    this.strangers = strangers;
    const { prng, scheduler } = this;
    this.network = networkOf(prng);
    const watch = watchInvariants(model);
    const drawn = {
      resolve: prng.pick(['lww', 'siblings']),
      sync: strangers ? 'full' : prng.pick(['full', 'digest']),
      syncInterval: prng.pick([50, 200, 500]),
    };
    this.cluster = new SimCluster(
      {
        model,
        nodes,
        options: { ...drawn, ...options },
        bug: bug ?? null,
        flaw: null,
        personality: {
          ...calm,
          network: this.network,
          crashKeeps: prng.pick(['nothing', 'prefix']),
          start: { minUs: 2_000, meanUs: 10_000, tailRatio: 0 },
        },
        scheduler,
        prng: prng.fork('cluster'),
      },
      {
        stepping: () => undefined,
        released: (node, incarnation, status) => {
          const broken = watch(node, incarnation, status);
          // Programs that do not know of each other may well give one clock two values.
          const isAllowed = strangers && broken?.name === 'one-value-per-version';
          if (broken !== null && !isAllowed) this.problems.push(`${broken.name}: ${broken.explanation}`);
        },
        probe: (name) => this.probes.set(name, (this.probes.get(name) ?? 0) + 1),
        failed: (node, error) => this.problems.push(`${node} threw ${String(error)}`),
      },
    );
  }

  /** What broke, in sentences. */
  run(): readonly string[] {
    const { prng, cluster, scheduler } = this;
    cluster.startAll();
    scheduler.runUntil(10_000);
    for (const client of ['c1', 'c2', 'c3', 'c4', 'c5'])
      this.operate(prng.fork(client), new Map(), prng.chance(0.5) ? prng.pick(nodes) : null);
    this.disturb(prng.fork('faults'));
    scheduler.runUntil(turmoilMs * 1000);
    this.setLinks(() => openLink);
    Object.assign(this.network, calm.network);
    scheduler.runUntil((turmoilMs + quietMs) * 1000);
    for (const key of keys) this.judgeEnd(key);
    return this.problems;
  }

  private get isOver(): boolean {
    return this.scheduler.nowUs >= turmoilMs * 1000;
  }

  /** One client: one operation after the other, at its own node or anywhere. */
  private operate(prng: Prng, contexts: Map<string, Clock>, home: NodeId | null): void {
    if (this.isOver) return;
    const node = home ?? prng.pick(nodes);
    const key = prng.pick(keys);
    const next = (): void => {
      this.scheduler.after(prng.int(1_000, 40_000), () => this.operate(prng, contexts, home));
    };
    const context = prng.chance(0.9) ? contexts.get(key) : undefined;
    if (prng.chance(0.4)) this.read(node, key, prng, contexts, next);
    else this.put(node, { key, value: prng.chance(0.3) ? null : ++this.written, context }, contexts, next);
  }

  private read(node: NodeId, key: string, prng: Prng, contexts: Map<string, Clock>, next: () => void): void {
    const before = this.shown.get(`${node} ${key}`) ?? {};
    this.cluster.ask(node, { method: 'GET', path: `/get/${key}` }, 400, (outcome) => {
      const answer = answerOf(outcome, [200, 404]);
      if (answer !== null) this.learn(node, key, before, answer, contexts);
      if (answer !== null && this.strangers && prng.chance(0.3)) this.meddle(key, answer, prng);
      next();
    });
  }

  private put(
    node: NodeId,
    { key, value, context }: { key: string; value: number | null; context: Clock | undefined },
    contexts: Map<string, Clock>,
    next: () => void,
  ): void {
    const before = this.shown.get(`${node} ${key}`) ?? {};
    const seen = context === undefined ? {} : { vector_clock: context };
    const request: WireRequest =
      value === null
        ? { method: 'POST', path: '/delete', body: { key, ...seen } }
        : { method: 'POST', path: '/put', body: { key, value, ...seen } };
    this.cluster.ask(node, request, 400, (outcome) => {
      const answer = answerOf(outcome, [200]);
      if (answer !== null) {
        this.learn(node, key, before, answer, contexts);
        this.writes.push({ key, value, clock: answer.vector_clock ?? {}, context: context ?? {} });
      }
      next();
    });
  }

  /** Takes note of what a node has shown, which covers what it had shown before the question. */
  private learn(
    node: NodeId,
    key: string,
    before: Clock,
    answer: Answer,
    contexts: Map<string, Clock>,
  ): void {
    const clock = answer.vector_clock ?? {};
    if (!covers(clock, before))
      this.problems.push(
        `${node} went back: ${key} was at ${textOfClock(before)}, then at ${textOfClock(clock)}`,
      );
    const name = `${node} ${key}`;
    this.shown.set(name, joined(this.shown.get(name) ?? {}, clock));
    contexts.set(key, clock);
  }

  /** A program of the course: one value under the clock of all, sent to anybody. */
  private meddle(key: string, { value, values = [], vector_clock: clock }: Answer, prng: Prng): void {
    if (clock === undefined) return;
    const decided = values.length > 0 ? prng.pick(values) : (value ?? null);
    const body = { [key]: { value: decided, vector_clock: clock } };
    this.cluster.ask(prng.pick(nodes), { method: 'POST', path: '/sync', body }, 400, () => undefined);
  }

  private judgeEnd(key: string): void {
    const answers: Answer[] = [];
    for (const node of nodes) {
      this.cluster.ask(node, { method: 'GET', path: `/get/${key}` }, 400, (outcome) => {
        answers.push(answerOf(outcome, [200, 404]) ?? {});
      });
    }
    this.scheduler.runUntil(this.scheduler.nowUs + 500_000);
    const [first = {}] = answers;
    const texts = new Set(answers.map((answer) => JSON.stringify(Object.entries(answer).sort())));
    if (answers.length < nodes.length || texts.size > 1)
      this.problems.push(`nodes differ on ${key}: ${[...texts].join()}`);
    const clock = first.vector_clock ?? {};
    const values = first.values ?? (first.value === undefined ? [] : [first.value]);
    for (const write of this.writes.filter((one) => one.key === key)) {
      if (!covers(clock, write.clock))
        this.problems.push(`${key} = ${write.value} was acknowledged, and is forgotten`);
      if (write.value === null || !values.includes(write.value) || this.strangers) continue;
      const replacing = this.writes.find((one) => one.key === key && covers(one.context, write.clock));
      if (replacing !== undefined)
        this.problems.push(`${key} = ${write.value} is back, though ${replacing.value} replaced it`);
    }
  }

  private disturb(prng: Prng): void {
    if (this.isOver) return;
    const victim = prng.pick(nodes);
    const mode = prng.pick(['drop', 'hold'] as const);
    const deeds: readonly (() => void)[] = [
      () => this.setLinks(() => openLink),
      () => this.setLinks((from, to) => (from === victim || to === victim ? { ...openLink, mode } : null)),
      () => this.setLinks((from) => (from === victim ? { ...openLink, mode } : null)),
      () => this.crash([victim], prng),
      () => this.crash(prng.chance(0.3) ? nodes : [victim], prng),
      () => this.pause(victim, prng),
    ];
    prng.pick(deeds)();
    this.scheduler.after(1000 * prng.int(1, 500), () => this.disturb(prng));
  }

  private crash(victims: readonly NodeId[], prng: Prng): void {
    for (const node of victims) {
      this.cluster.host(node).kill();
      this.scheduler.after(1000 * prng.int(2, 300), () => this.cluster.host(node).start());
    }
  }

  private pause(node: NodeId, prng: Prng): void {
    this.cluster.host(node).pause();
    this.scheduler.after(1000 * prng.int(50, 800), () => this.cluster.host(node).resume());
  }

  /** Sets the rule of each link for which there is one. */
  private setLinks(ruleOf: (from: NodeId, to: NodeId) => LinkRule | null): void {
    for (const from of nodes) {
      for (const to of nodes) {
        const rule = from === to ? null : ruleOf(from, to);
        if (rule !== null) this.cluster.network.setRule(from, to, rule);
      }
    }
  }
}

function answerOf(outcome: WireOutcome, statuses: readonly number[]): Answer | null {
  const isAnswer = outcome.kind === 'answer' && statuses.includes(outcome.status);
  return isAnswer ? ((outcome.body ?? {}) as Answer) : null;
}

function networkOf(prng: Prng): Personality['network'] {
  return {
    latency: { minUs: 100, meanUs: prng.pick([300, 3_000, 10_000]), tailRatio: prng.pick([0, 0.02, 0.1]) },
    lossRatio: prng.pick([0, 0.02, 0.1]),
    duplicateRatio: prng.pick([0, 0.05, 0.2]),
    ordered: prng.chance(0.5),
  };
}
