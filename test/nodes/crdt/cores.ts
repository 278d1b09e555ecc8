/** Replicas moved by hand: records are durable at once, messages wait until somebody delivers them. */
import assert from 'node:assert/strict';
import type { Family, Operation } from '../../../nodes/crdt/dataType.ts';
import type {
  CrdtProtocol,
  JournalRecord,
  Message,
  Request,
  Response,
  Status,
} from '../../../nodes/crdt/messages.ts';
import { answered, carried, toAnswer } from '../../../nodes/crdt/http.ts';
import { crdt } from '../../../nodes/crdt/model.ts';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import { nodeId, requestId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { Effects, NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { WireRequest } from '../../../nodes/kernel/wire.ts';

const api = new ClientApi(crdt);

/** What the host of the other node makes of it. */
function requestOf({ method, path, body }: WireRequest): Request {
  const text = JSON.stringify(body);
  const understood = api.understand({ method, path, requestId: undefined, body: text });
  assert(understood !== null && 'request' in understood, text);
  return understood.request;
}

export const all = [1, 2, 3].map(nodeId);
export const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  /** Of an answer: it reaches nobody but the incarnation that has asked. */
  readonly asker?: object;
}

export class Cores {
  letters: Letter[] = [];
  /** Is shown every status. */
  watch: (node: NodeId, status: Status) => void = () => undefined;
  /** By request, each answered once at most. */
  readonly answers = new Map<number, Response>();
  readonly journals = new Map<NodeId, JournalRecord[]>();
  nowMs = 0;
  private readonly cores = new Map<NodeId, ProtocolCore<CrdtProtocol>>();
  private readonly options: OptionValues;
  private requests = 0;

  constructor(options: OptionValues) {
    this.options = options;
    for (const node of all) this.restart(node);
  }

  restart(node: NodeId): void {
    const core = crdt.create({
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

  step(node: NodeId, event: NodeEvent<CrdtProtocol>): Effects<CrdtProtocol> {
    const core = this.cores.get(node);
    assert(core !== undefined);
    const effects = core.step(event, { monotonicMs: this.nowMs, wallMs: 0 });
    const kept = effects.compacted === undefined ? (this.journals.get(node) ?? []) : [...effects.compacted];
    this.journals.set(node, [...kept, ...effects.journal]);
    this.watch(node, core.status());
    for (const { to, message } of effects.sends)
      this.letters.push({ from: node, to, message, ...(message.type === 'sync' && { asker: core }) });
    for (const { id, response } of effects.replies) {
      assert(!this.answers.has(id), 'a request is answered once');
      this.answers.set(id, response);
    }
    return effects;
  }

  /** The number of the request; the answer may come later. */
  operate(node: NodeId, family: Family, operation: Operation, key = 'k'): number {
    const id = ++this.requests;
    this.step(node, {
      kind: 'request',
      id: requestId(id),
      request: { type: 'operate', family, key, operation },
    });
    return id;
  }

  /** What a read answers, or why it is refused. */
  read(node: NodeId, family: Family, key = 'k'): Record<string, unknown> {
    const id = ++this.requests;
    this.step(node, { kind: 'request', id: requestId(id), request: { type: 'read', family, key } });
    const answer = this.answers.get(id);
    return answer?.type === 'view' ? answer.body : { ...answer };
  }

  /** `done`, the name of the error, or null while it waits. */
  outcome(id: number): string | null {
    const answer = this.answers.get(id);
    return answer === undefined ? null : answer.type === 'refused' ? answer.error : answer.type;
  }

  deliver(isWanted: (letter: Letter) => boolean = () => true): void {
    const letters = this.letters.filter(isWanted);
    this.letters = this.letters.filter((letter) => !letters.includes(letter));
    for (const letter of letters) {
      const { from, to, message, asker } = letter;
      if (message.type === 'sync') this.carry(letter);
      else if (asker === undefined || asker === this.cores.get(to))
        this.step(to, { kind: 'message', from, message });
    }
  }

  /** As hosts do: the message becomes a request, and its answer a message. */
  private carry({ from, to, message, asker }: Letter): void {
    const request = carried(message);
    assert(request !== null);
    const id = ++this.requests;
    this.step(to, { kind: 'request', id: requestId(id), request: requestOf(request) });
    const response = this.answers.get(id);
    assert(response !== undefined);
    const answer = answered(message, toAnswer(response));
    if (answer !== null) this.letters.push({ from: to, to: from, message: answer, ...(asker && { asker }) });
  }

  /** Everybody tells everybody everything. */
  exchange(): void {
    // Whatever was under way before has ended by now.
    for (const to of all)
      for (const from of all)
        for (let open = 0; open < 3; open++)
          this.step(to, { kind: 'message', from, message: { type: 'synced', through: 0, receipt: 'none' } });
    for (const node of all) this.step(node, { kind: 'timeout', timer: 'sync' });
    // What they say, and that it was received.
    this.deliver();
    this.deliver();
  }
}
