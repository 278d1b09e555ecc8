/** Collects the effects of one step, so that handlers read like the paper: persist, send, reply, set a timer. */
import type { NodeId, RequestId } from './ids.ts';
import type { Effects, Protocol } from './protocol.ts';

export class Outbox<P extends Protocol> {
  private journal: P['record'][] = [];
  private compacted: readonly P['record'][] | undefined;
  private sends: { to: NodeId; message: P['message'] }[] = [];
  private replies: { id: RequestId; response: P['response'] }[] = [];
  private timers: { timer: P['timer']; delayMs: number | null }[] = [];
  private probes: string[] = [];

  /** Appends a record that must be durable before anything of this step leaves. */
  persist(record: P['record']): void {
    this.journal.push(record);
  }

  /** Replaces the whole journal, this step's earlier records included, by `records`. */
  compact(records: readonly P['record'][]): void {
    this.compacted = records;
    this.journal = [];
  }

  send(to: NodeId, message: P['message']): void {
    this.sends.push({ to, message });
  }

  reply(id: RequestId, response: P['response']): void {
    this.replies.push({ id, response });
  }

  setTimer(timer: P['timer'], delayMs: number): void {
    this.timers.push({ timer, delayMs });
  }

  cancelTimer(timer: P['timer']): void {
    this.timers.push({ timer, delayMs: null });
  }

  /** Notes that something worth counting happened: `election-won`, `log-truncated` … */
  probe(name: string): void {
    this.probes.push(name);
  }

  /** Everything collected since the last call; the outbox is empty afterwards. */
  drain(): Effects<P> {
    const { journal, compacted, sends, replies, timers, probes } = this;
    this.journal = [];
    this.compacted = undefined;
    this.sends = [];
    this.replies = [];
    this.timers = [];
    this.probes = [];
    return { journal, ...(compacted && { compacted }), sends, replies, timers, probes };
  }
}
