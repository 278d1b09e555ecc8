/** Collects the effects of one step, so that handlers read like the paper: persist, send, reply, set a timer. */
import type { NodeId, RequestId } from './ids.ts';
import type { Effects, Protocol } from './protocol.ts';

const none: readonly never[] = Object.freeze([]);

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
    // Most steps have few kinds of effects: only what was used is made anew.
    if (journal.length > 0) this.journal = [];
    if (sends.length > 0) this.sends = [];
    if (replies.length > 0) this.replies = [];
    if (timers.length > 0) this.timers = [];
    if (probes.length > 0) this.probes = [];
    const effects = {
      journal: journal.length > 0 ? journal : none,
      sends: sends.length > 0 ? sends : none,
      replies: replies.length > 0 ? replies : none,
      timers: timers.length > 0 ? timers : none,
      probes: probes.length > 0 ? probes : none,
    };
    if (compacted === undefined) return effects;
    this.compacted = undefined;
    return { ...effects, compacted };
  }
}
