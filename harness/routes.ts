/**
 * Which node a client asks. It starts at its home node and remembers, for reads and writes apart, the node that last
 * answered, until it fails. Apart, because a system may answer reads anywhere and writes only at its leader; and
 * because a client that keeps reading where it was answered is the one that sees a deposed leader's stale state.
 *
 * A claim may be made only for processes that stay (nodes/kernel/model.ts, Sessions). Then a process stays with the node
 * that first answered it, until that one sends it away and its session ends; or it reads at its home node alone.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Sessions } from '../nodes/kernel/model.ts';
import type { Prng } from '../nodes/kernel/prng.ts';

/** Share of operations that ask the home node though another one is remembered: every node keeps being asked. */
const homeRatio = 0.02;
const pauseMinMs = 5;
const pauseMaxMs = 200;

export class Routes {
  private nodes: readonly NodeId[];
  private home: NodeId;
  private readonly prng: Prng;
  private readNode: NodeId;
  private writeNode: NodeId;
  /** Where all operations of the session go, once it has begun; only of sessions at one node. */
  private stay: NodeId | null = null;
  private readonly sessions: Sessions;
  /** Attempts in a row that came to nothing. */
  private failures = 0;

  constructor(nodes: readonly NodeId[], home: NodeId, prng: Prng, sessions: Sessions = 'roaming') {
    this.sessions = sessions;
    this.nodes = nodes;
    this.home = home;
    this.prng = prng;
    this.readNode = home;
    this.writeNode = home;
  }

  /** Nodes have come or gone; `home` is for a client whose own is gone. Whether its process had to stay with one of those. */
  setNodes(nodes: readonly NodeId[], home: NodeId): boolean {
    const isGone = (node: NodeId | null): boolean => node !== null && !nodes.includes(node);
    const isStranded = isGone(this.stay) || (this.sessions === 'reads-at-one-node' && isGone(this.home));
    this.nodes = nodes;
    if (isGone(this.home)) this.home = home;
    if (isGone(this.readNode)) this.readNode = this.home;
    if (isGone(this.writeNode)) this.writeNode = this.home;
    if (isGone(this.stay)) this.stay = null;
    return isStranded;
  }

  /** Where a new operation begins. */
  entry(readOnly: boolean): NodeId {
    if (this.stays(readOnly)) return this.next(readOnly);
    return this.prng.chance(homeRatio) ? this.home : this.next(readOnly);
  }

  /** The remembered node. */
  next(readOnly: boolean): NodeId {
    if (this.stay !== null) return this.stay;
    if (this.stays(readOnly)) return this.home;
    return readOnly ? this.readNode : this.writeNode;
  }

  /** Whether the process must not take operations of this kind to another node. */
  stays(readOnly: boolean): boolean {
    return this.stay !== null || (readOnly && this.sessions === 'reads-at-one-node');
  }

  /** Another process takes over. */
  endSession(): void {
    this.stay = null;
  }

  /** A pause that suits the failures so far, doubling from 5 ms to 200 ms. */
  get pauseMs(): number {
    return Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.max(0, this.failures - 1));
  }

  answered(readOnly: boolean, node: NodeId): void {
    this.failures = 0;
    if (this.sessions === 'one-node') this.stay ??= node;
    this.remember(readOnly, node);
  }

  /** An operation that only one node may answer was answered; that says nothing about where to ask next. */
  calm(): void {
    this.failures = 0;
  }

  /** Such an operation came to nothing. */
  troubled(): void {
    this.failures++;
  }

  /** A node named another one that leads. */
  redirected(readOnly: boolean, leader: NodeId): void {
    this.remember(readOnly, leader);
  }

  /** Back to the home node after a first failure, then around the ring of all nodes. */
  failed(readOnly: boolean, node: NodeId): void {
    this.failures++;
    const after = this.nodes[(this.nodes.indexOf(node) + 1) % this.nodes.length] ?? this.home;
    this.remember(readOnly, this.failures === 1 && node !== this.home ? this.home : after);
  }

  private remember(readOnly: boolean, node: NodeId): void {
    // The first operation of a session decides where all of them go, whatever it is.
    const isForAll = this.sessions === 'one-node';
    if (readOnly || isForAll) this.readNode = node;
    if (!readOnly || isForAll) this.writeNode = node;
  }
}
