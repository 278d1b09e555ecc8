/** Replicas moved by hand: records are durable at once, messages wait until somebody delivers them. */
import assert from 'node:assert/strict';
import type { Family, Operation } from '../../../nodes/crdt/dataType.ts';
import type { CrdtProtocol, JournalRecord, Message, Response } from '../../../nodes/crdt/messages.ts';
import { crdt } from '../../../nodes/crdt/model.ts';
import { nodeId, requestId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { Effects, NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';

export const all = [1, 2, 3].map(nodeId);
export const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

export class Cores {
  letters: Letter[] = [];
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
    for (const { to, message } of effects.sends) this.letters.push({ from: node, to, message });
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
    for (const { from, to, message } of letters) this.step(to, { kind: 'message', from, message });
  }

  /** Everybody tells everybody everything. */
  exchange(): void {
    // Whatever was under way before has ended by now.
    for (const to of all)
      for (const from of all)
        for (let open = 0; open < 3; open++)
          this.step(to, { kind: 'message', from, message: { type: 'synced', taken: false } });
    for (const node of all) this.step(node, { kind: 'timeout', timer: 'sync' });
    this.deliver();
  }
}
