/**
 * What peers say in their requests, and the answers to them. A batch is delivered at once; its answer leaves when the
 * effects of those steps are released (law 2), and carries what is queued for the peer at that moment: mostly the
 * acknowledgement of what it has just said, which thus needs no request of its own. The answer promises nothing
 * (law 4): if it is lost, so are its messages.
 *
 * The peer waits for the answer before it asks much more, so none is held for ever: a sweep answers, empty, what has
 * waited for `holdMs` to twice that.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { PeerBatch } from './hostApi.ts';

const holdMs = 50;

export interface ExchangeParts {
  readonly deliver: (from: NodeId, message: unknown) => void;
  readonly whenReleased: (callback: () => void) => void;
  /** Takes what is queued for this peer, as JSON. */
  readonly takeFor: (node: NodeId) => readonly string[];
}

/** Sends the answer, as JSON. */
type Respond = (text: string) => void;

export class Exchange {
  private readonly parts: ExchangeParts;
  /** Not answered yet. What is still in `older` at the next sweep is answered then. */
  private older = new Set<Respond>();
  private newer = new Set<Respond>();
  private sweeping: NodeJS.Timeout | undefined;

  constructor(parts: ExchangeParts) {
    this.parts = parts;
  }

  take({ from, messages }: PeerBatch, respond: Respond, onGone: (gone: () => void) => void): void {
    for (const message of messages) this.parts.deliver(from, message);
    this.newer.add(respond);
    this.parts.whenReleased(() => {
      if (this.forget(respond)) respond(answerOf(this.parts.takeFor(from)));
    });
    // Nothing is taken from the queue for a peer that does not listen any more.
    onGone(() => this.forget(respond));
    if (this.newer.has(respond)) this.sweeping ??= setTimeout(() => this.sweep(), holdMs);
  }

  stop(): void {
    clearTimeout(this.sweeping);
    this.older.clear();
    this.newer.clear();
  }

  /** Whether it was still open. */
  private forget(respond: Respond): boolean {
    return this.newer.delete(respond) || this.older.delete(respond);
  }

  private sweep(): void {
    for (const respond of this.older) respond(answerOf([]));
    this.older = this.newer;
    this.newer = new Set();
    this.sweeping = this.older.size === 0 ? undefined : setTimeout(() => this.sweep(), holdMs);
  }
}

function answerOf(messages: readonly string[]): string {
  return `{"messages":[${messages.join(',')}]}`;
}
