/**
 * One client thread: it takes one operation at a time through its attempts and answers with the one completion that the
 * history may show. A state machine without I/O: invocations, outcomes of attempts and alarms go in.
 *
 * Soundness, for a write:
 * - `ok`: some attempt took effect.
 * - `fail`: no attempt can have taken effect. Either every attempt was refused, or one answer was *decided* by carrying
 *   the operation out; all attempts share one Request-Id, so that answer is the answer of its one execution.
 * - `info`: an attempt ended unclearly, and until the deadline nothing definite came. A later refusal (a redirect, 503,
 *   a refused connection) says nothing about that earlier attempt.
 *
 * Attempts are repeated only where that is free (after a refusal that names the leader), or where the system declares
 * that it deduplicates; then a few writes are sent twice on purpose, so that this is exercised without faults too.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Sessions } from '../nodes/kernel/model.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { Json, WireRequest } from '../nodes/kernel/wire.ts';
import { Contexts } from './contexts.ts';
import { meaningOf, type Meaning } from './meaning.ts';
import { toWire, type ApiProfile } from './profile.ts';
import { Routes } from './routes.ts';
import type { Action } from './workload.ts';
import type { WireOutcome } from './world.ts';

export interface ClientOptions {
  readonly nodes: readonly NodeId[];
  /** The node that this client asks first, and again when the one it remembered fails. */
  readonly home: NodeId;
  readonly profile: ApiProfile;
  readonly deduplicates: boolean;
  readonly attemptTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly prng: Prng;
  readonly port: ClientPort;
  /** How its processes choose nodes (default: they roam). */
  readonly sessions?: Sessions;
}

/** What a client does to the world. */
export interface ClientPort {
  /** Sends a request; the outcome comes back under the answered id. */
  send(node: NodeId, request: WireRequest, timeoutMs: number): number;
  /** Counts something that the run reached. */
  count(probe: 'retries' | 'redirects' | 'duplicates' | 'unclear-attempts'): void;
}

/** An operation to be carried out. */
export interface ClientOperation {
  readonly process: number;
  readonly action: Action;
  /** It changes nothing, so an unclear outcome is a `fail`. */
  readonly readOnly: boolean;
  /** The node to ask first: `entryNode`, or the one that the operation is about. */
  readonly node: NodeId;
  /** No other node may be asked. */
  readonly isPinned?: boolean;
}

/** How an operation ended. */
export type ClientResult =
  | { readonly type: 'ok'; readonly result: Json; readonly node: NodeId }
  | {
      readonly type: 'fail' | 'info';
      readonly error: string;
      readonly node: NodeId;
      /** The node with which the process must stay sent it away: it can do no more. */
      readonly endsSession?: true;
    };

interface Current {
  readonly operation: ClientOperation;
  readonly request: WireRequest;
  readonly deadlineNs: number;
  readonly resend: 'no' | 'after' | 'late';
  /** Attempts in flight. */
  open: { id: number; node: NodeId }[];
  /** Why the outcome of an earlier attempt is not known; null while every one was refused. */
  unclear: string | null;
  redirects: number;
  /** What the alarm is for, when no attempt is in flight. */
  pause: { kind: 'retry'; node: NodeId } | { kind: 'end'; result: ClientResult } | null;
}

const redirectsMax = 3;
/** Share of writes that are sent a second time, though nothing went wrong. */
const duplicateRatio = 0.05;
/** How much later than promised an outcome may come before the client stops waiting for it. */
const outcomeGraceMs = 500;

export class Client {
  /** When to call `onAlarm`. */
  alarmNs: number | null = null;
  private readonly options: ClientOptions;
  private nodes: readonly NodeId[];
  private readonly routes: Routes;
  private readonly contexts: Contexts;
  private current: Current | null = null;
  private sequence = 0;
  /** An acknowledged write to be sent again after the next one: its number is then an old one. */
  private late: { request: WireRequest; node: NodeId } | null = null;

  constructor(options: ClientOptions) {
    this.options = options;
    const { nodes, home, prng, sessions, profile } = options;
    this.nodes = nodes;
    this.routes = new Routes(nodes, home, prng.fork('routes'), sessions);
    this.contexts = new Contexts(profile);
  }

  /** Nodes have come or gone. Whether the process had to stay with one that is gone. */
  setNodes(nodes: readonly NodeId[], home: NodeId): boolean {
    this.nodes = nodes;
    return this.routes.setNodes(nodes, home);
  }

  /** Another process takes over. */
  endSession(): void {
    this.routes.endSession();
  }

  /** The node that the next operation of this kind asks first. Draws: ask once for each operation. */
  entryNode(readOnly: boolean): NodeId {
    return this.routes.entry(readOnly);
  }

  invoke(operation: ClientOperation, nowNs: number): void {
    assert(this.current === null, 'a client does one operation at a time');
    const { profile, deduplicates, prng, operationTimeoutMs } = this.options;
    const repeatable = deduplicates && !operation.readOnly;
    const requestId = repeatable ? `${operation.process}/${++this.sequence}` : undefined;
    const again = repeatable && prng.chance(duplicateRatio) ? prng.pick(resends) : 'no';
    const contexts = this.contexts.of(operation.process, keyOf(operation.action));
    this.current = {
      operation,
      request: toWire(profile, operation.action, requestId, contexts),
      deadlineNs: nowNs + operationTimeoutMs * 1e6,
      resend: again === 'together' ? 'no' : again,
      open: [],
      unclear: null,
      redirects: 0,
      pause: null,
    };
    this.attempt(this.current, operation.node, nowNs);
    if (again !== 'together') return;
    this.options.port.count('duplicates');
    this.attempt(this.current, operation.node, nowNs);
  }

  /** An attempt ended. The result, once the operation has one. Outcomes of operations that have ended are ignored. */
  onOutcome(id: number, outcome: WireOutcome, nowNs: number): ClientResult | null {
    const { current } = this;
    const attempt = current?.open.find((open) => open.id === id);
    if (current === null || attempt === undefined) return null;
    current.open = current.open.filter((open) => open !== attempt);
    const { node } = attempt;
    const meaning = meaningOf(this.options.profile, current.operation.action, outcome);
    switch (meaning.kind) {
      case 'ok':
        if (outcome.kind === 'answer' && outcome.body !== undefined)
          this.contexts.learn(keyOf(current.operation.action), outcome.body);
        return this.onOk(current, meaning.result, node);
      case 'refused':
        return this.onRefused(current, meaning, node, nowNs);
      case 'unclear':
        return this.onUnclear(current, meaning.error, node, nowNs);
    }
  }

  /** The time of `alarmNs` has come: a pause is over, or outcomes are overdue. */
  onAlarm(nowNs: number): ClientResult | null {
    const { current } = this;
    if (current === null) return null;
    const { pause } = current;
    if (pause?.kind === 'end') return this.end(pause.result);
    if (pause?.kind === 'retry') {
      current.pause = null;
      current.redirects = 0;
      this.options.port.count('retries');
      this.attempt(current, pause.node, nowNs);
      return null;
    }
    for (const { id } of [...current.open]) {
      const result = this.onOutcome(id, { kind: 'timeout' }, nowNs);
      if (result !== null) return result;
    }
    return null;
  }

  private onOk(current: Current, result: Json, node: NodeId): ClientResult {
    const { operation, request, resend } = current;
    this.answered(operation, node);
    if (!operation.readOnly) this.sendAgain(request, node, resend);
    return this.end({ type: 'ok', result, node });
  }

  private onRefused(
    current: Current,
    { decided, error, leader }: Extract<Meaning, { kind: 'refused' }>,
    node: NodeId,
    nowNs: number,
  ): ClientResult | null {
    const { readOnly, isPinned = false } = current.operation;
    if (decided) {
      this.answered(current.operation, node);
      return this.end({ type: 'fail', error, node });
    }
    if (isPinned) return this.onPinnedRefused(current, error, node, nowNs);
    const hint = leader !== node && this.nodes.find((other) => other === leader);
    if (this.routes.stays(readOnly)) return this.onSentAway(current, error, node, hint || null, nowNs);
    if (hint) this.routes.redirected(readOnly, hint);
    else this.routes.failed(readOnly, node);
    if (current.open.length > 0) return null;
    if (hint && current.redirects < redirectsMax && nowNs < current.deadlineNs) {
      current.redirects++;
      this.options.port.count('redirects');
      this.attempt(current, hint, nowNs);
      return null;
    }
    if (hint) this.routes.failed(readOnly, hint);
    if (current.unclear !== null) return this.retry(current, node, nowNs);
    return this.endLater(current, { type: 'fail', error, node }, nowNs);
  }

  /** The only node that may be asked refused; where another one leads does not matter. */
  private onPinnedRefused(current: Current, error: string, node: NodeId, nowNs: number): null {
    this.routes.troubled();
    if (current.open.length > 0) return null;
    if (current.unclear !== null) return this.retry(current, node, nowNs);
    return this.endLater(current, { type: 'fail', error, node }, nowNs);
  }

  /** The node with which the process stays refused. If it named another one that leads, the session is over. */
  private onSentAway(
    current: Current,
    error: string,
    node: NodeId,
    leader: NodeId | null,
    nowNs: number,
  ): ClientResult | null {
    const { readOnly } = current.operation;
    this.routes.failed(readOnly, node);
    if (leader !== null) this.routes.redirected(readOnly, leader);
    if (current.open.length > 0) return null;
    if (current.unclear !== null) return this.retry(current, node, nowNs);
    const endsSession = leader !== null && !(readOnly && this.options.sessions === 'reads-at-one-node');
    return this.endLater(current, { type: 'fail', error, node, ...(endsSession && { endsSession }) }, nowNs);
  }

  private onUnclear(current: Current, error: string, node: NodeId, nowNs: number): ClientResult | null {
    const { readOnly, isPinned = false } = current.operation;
    this.options.port.count('unclear-attempts');
    if (isPinned) this.routes.troubled();
    else this.routes.failed(readOnly, node);
    current.unclear ??= error;
    if (current.open.length > 0) return null;
    if (readOnly) return this.endLater(current, { type: 'fail', error, node }, nowNs);
    return this.retry(current, node, nowNs);
  }

  /** Sends the same request again after a pause, if the system allows that and time is left; else gives up as `info`. */
  private retry(current: Current, node: NodeId, nowNs: number): null {
    const pauseNs = this.routes.pauseMs * 1e6;
    if (this.options.deduplicates && nowNs + pauseNs < current.deadlineNs) {
      const { isPinned = false, node: only } = current.operation;
      current.pause = { kind: 'retry', node: isPinned ? only : this.routes.next(false) };
      this.alarmNs = nowNs + pauseNs;
      return null;
    }
    return this.endLater(current, { type: 'info', error: current.unclear ?? 'unclear', node }, nowNs);
  }

  /** Ends without success after a pause, so that a system that refuses everything is not asked in a tight loop. */
  private endLater(current: Current, result: ClientResult, nowNs: number): null {
    current.pause = { kind: 'end', result };
    this.alarmNs = nowNs + this.routes.pauseMs * 1e6;
    return null;
  }

  private answered({ readOnly, isPinned = false }: ClientOperation, node: NodeId): void {
    if (isPinned) this.routes.calm();
    else this.routes.answered(readOnly, node);
  }

  private end(result: ClientResult): ClientResult {
    if (result.type === 'info' || (result.type === 'fail' && result.endsSession)) this.routes.endSession();
    this.current = null;
    this.alarmNs = null;
    return result;
  }

  private attempt(current: Current, node: NodeId, nowNs: number): void {
    const leftMs = Math.max(1, (current.deadlineNs - nowNs) / 1e6);
    const timeoutMs = Math.min(this.options.attemptTimeoutMs, leftMs);
    current.open.push({ id: this.options.port.send(node, current.request, timeoutMs), node });
    this.alarmNs = nowNs + (timeoutMs + outcomeGraceMs) * 1e6;
  }

  /** After an acknowledged write: the deliberate second copies. Nobody waits for their outcomes. */
  private sendAgain(request: WireRequest, node: NodeId, resend: Current['resend']): void {
    const { port, attemptTimeoutMs } = this.options;
    const copies = [this.late, resend === 'after' ? { request, node } : null];
    this.late = resend === 'late' ? { request, node } : null;
    for (const copy of copies) {
      if (copy === null) continue;
      port.count('duplicates');
      port.send(copy.node, copy.request, attemptTimeoutMs);
    }
  }
}

function keyOf(action: Action): string {
  return 'key' in action ? action.key : '';
}

/** `together`: at the same time; `after`: when the first was answered; `late`: when the next write was answered. */
const resends = ['together', 'after', 'late'] as const;
