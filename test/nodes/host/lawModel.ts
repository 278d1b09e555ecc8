/**
 * The smallest model that shows whether its host keeps the five laws: it does what each request says, with exactly one
 * kind of effect at a time, and a probe outside records every step as it happens.
 */
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { CoreInit, NodeModel, Route } from '../../../nodes/kernel/model.ts';
import { Outbox } from '../../../nodes/kernel/outbox.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import { text, typed } from '../../../nodes/kernel/schemas.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

export type LawRequest =
  /** Persists the value, and answers with all values. */
  | { do: 'append'; value: string }
  /** Answers with all values, those that are not durable yet included; persists nothing. */
  | { do: 'read' }
  /** Persists the value, tells it to a peer, and answers. */
  | { do: 'append-and-tell'; to: NodeId; value: string }
  /** Tells a peer, persisting nothing, and answers. */
  | { do: 'tell'; to: NodeId; value: string }
  /** Has a peer asked to do something by a request of its own, persisting the value if there is one, and answers. */
  | { do: 'carry'; to: NodeId; request: LawRequest; value?: string }
  /** Sets or cancels timers, and answers. */
  | { do: 'timers'; timers: { timer: string; delayMs: number | null }[] }
  /** Replaces the journal by one record that joins all values with `+`, and answers. */
  | { do: 'compact' }
  /** Never answers. */
  | { do: 'ignore' };

/** What a node shows of itself. */
export interface LawStatus {
  /** All values, recovered ones first. */
  readonly values: readonly string[];
  /** What this incarnation was told. */
  readonly heard: readonly string[];
  /** Names of the timers that ran out in this incarnation. */
  readonly timeouts: readonly string[];
  /** The first draw of the incarnation's PRNG. */
  readonly draw: number;
}

export interface LawProtocol {
  /** With a `request` it is carried; its answer comes back as a value: what was said, or `none`. */
  message: { type: 'told'; value: string; request?: LawRequest };
  request: LawRequest;
  response: { values: readonly string[] };
  timer: string;
  record: string;
  status: LawStatus;
}

/** One step, as it happened. */
export interface LawStep {
  readonly node: NodeId;
  /** How many cores of this node were made before, plus one. */
  readonly life: number;
  readonly event: NodeEvent<LawProtocol>;
  readonly now: Now;
  /** 1, unless a step was taken inside another step of the same core. */
  readonly depth: number;
}

/** A model together with what it saw. `inside` runs in the middle of every step. */
export interface LawProbe {
  readonly model: NodeModel<LawProtocol>;
  readonly steps: LawStep[];
  inside: (step: LawStep) => void;
}

export function createLawProbe(): LawProbe {
  const lives = new Map<NodeId, number>();
  const probe: LawProbe = {
    model: { ...lawModelData, create: (init) => new LawCore(init, born(init.self), probe) },
    steps: [],
    inside: () => undefined,
  };
  const born = (node: NodeId): number => {
    const life = (lives.get(node) ?? 0) + 1;
    lives.set(node, life);
    return life;
  };
  return probe;
}

class LawCore implements ProtocolCore<LawProtocol> {
  private readonly out = new Outbox<LawProtocol>();
  private readonly init: CoreInit<LawProtocol>;
  private readonly life: number;
  private readonly probe: LawProbe;
  private readonly draw: number;
  private values: readonly string[];
  private heard: readonly string[] = [];
  private timeouts: readonly string[] = [];
  private depth = 0;

  constructor(init: CoreInit<LawProtocol>, life: number, probe: LawProbe) {
    this.init = init;
    this.life = life;
    this.probe = probe;
    this.values = init.recovered;
    this.draw = init.prng.next();
  }

  step(event: NodeEvent<LawProtocol>, now: Now): Effects<LawProtocol> {
    this.depth += 1;
    const step: LawStep = { node: this.init.self, life: this.life, event, now, depth: this.depth };
    this.probe.steps.push(step);
    this.probe.inside(step);
    if (event.kind === 'message') this.heard = [...this.heard, event.message.value];
    if (event.kind === 'timeout') this.timeouts = [...this.timeouts, event.timer];
    if (event.kind === 'request') this.onRequest(event.id, event.request);
    this.depth -= 1;
    return this.out.drain();
  }

  status(): LawStatus {
    return { values: this.values, heard: this.heard, timeouts: this.timeouts, draw: this.draw };
  }

  private onRequest(id: RequestId, request: LawRequest): void {
    const isKept = request.do === 'append' || request.do === 'append-and-tell' || request.do === 'carry';
    if (isKept && request.value !== undefined) {
      this.values = [...this.values, request.value];
      this.out.persist(request.value);
    }
    if (request.do === 'tell' || request.do === 'append-and-tell') {
      this.out.send(request.to, { type: 'told', value: request.value });
    }
    if (request.do === 'carry')
      this.out.send(request.to, { type: 'told', value: '', request: request.request });
    if (request.do === 'timers') {
      for (const { timer, delayMs } of request.timers) {
        if (delayMs === null) this.out.cancelTimer(timer);
        else this.out.setTimer(timer, delayMs);
      }
    }
    if (request.do === 'compact') {
      this.values = [this.values.join('+')];
      this.out.compact(this.values);
    }
    if (request.do !== 'ignore') this.out.reply(id, { values: this.values });
  }
}

const doRoute: Route<LawProtocol> = {
  method: 'POST',
  path: '/do',
  schema: {
    type: 'object',
    properties: {
      do: { enum: ['append', 'read', 'append-and-tell', 'tell', 'carry', 'timers', 'compact', 'ignore'] },
      value: { type: 'string', minLength: 1 },
      to: { type: 'string' },
      request: { type: 'object' },
      timers: { type: 'array' },
    },
    required: ['do'],
    additionalProperties: false,
  },
  meaning: 'does what the body says',
  example: { path: '/do', body: { do: 'append', value: 'a' } },
  toRequest: ({ body }) => body as unknown as LawRequest,
};

const lawModelData: Omit<NodeModel<LawProtocol>, 'create'> = {
  name: 'law',
  summary: 'one kind of effect at a time',
  nodesDefault: 2,
  workloads: [],
  api: 'key-value',
  survives: () => [],
  deduplicates: false,
  options: [],
  bugs: [],
  invariants: [],
  routes: [doRoute],
  messageSchemas: { told: typed('told', { value: text }) },
  claim: () => ({ guarantees: [], because: 'it claims nothing' }),
  carried: ({ request }) =>
    request === undefined ? null : { method: 'POST', path: '/do', body: { ...request } as Json },
  answered: (_message, answer) => ({
    type: 'told',
    value: answer === null ? 'none' : `${answer.status} ${JSON.stringify(answer.body)}`,
  }),
  toAnswer: (response) => ({ status: 200, body: { values: response.values } }),
  leader: () => null,
};
