/**
 * What a proxy knows of the nodes behind it: who leads, as the latest term has it; who has failed lately; and how much is
 * under way to each. All of it may be out of date: it decides where to try first, and nothing else.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Leading } from './messages.ts';
import type { ReadTarget } from './options.ts';
import type { Rules } from './rules.ts';

/** Below what a host carries to one node at a time: what is beyond that would be given up unsent. */
const underWayMax = 12;
/** A node that has failed is not asked for reads for so long, if there is another one. */
const avoidedMs = 500;

export class NodesKnown {
  leading: Leading | null = null;
  /** The latest term in which anybody was said to lead. */
  latestTerm = 0;
  private readonly nodes: readonly NodeId[];
  private readonly rules: Rules;
  private readonly underWay = new Map<NodeId, number>();
  private readonly failedAtMs = new Map<NodeId, number>();
  private turn = 0;

  constructor(nodes: readonly NodeId[], rules: Rules) {
    this.nodes = nodes;
    this.rules = rules;
  }

  heard(said: Leading): void {
    this.latestTerm = Math.max(this.latestTerm, said.term);
    if (this.rules.isNews(said, this.leading)) this.leading = said;
  }

  failed(node: NodeId, nowMs: number): void {
    this.failedAtMs.set(node, nowMs);
  }

  answered(node: NodeId): void {
    this.failedAtMs.delete(node);
  }

  /** One more request, or one less, is under way. */
  sent(node: NodeId, change: 1 | -1): void {
    this.underWay.set(node, (this.underWay.get(node) ?? 0) + change);
  }

  isFree(node: NodeId): boolean {
    return (this.underWay.get(node) ?? 0) < underWayMax;
  }

  /** The node that leads; while nobody is known to, any in turn: who does not lead says who does. */
  leader(): NodeId | null {
    return this.leading?.leader ?? this.nextOf(this.nodes);
  }

  /** Where to take a read; null while all are busy. */
  reader(target: ReadTarget, nowMs: number): NodeId | null {
    if (target === 'leader') return this.leader();
    const leader = target === 'follower' ? this.leading?.leader : undefined;
    const isSound = (node: NodeId): boolean =>
      nowMs - (this.failedAtMs.get(node) ?? Number.NEGATIVE_INFINITY) >= avoidedMs;
    const followers = this.nodes.filter((node) => node !== leader);
    const free = followers.filter((node) => this.isFree(node));
    return this.nextOf(free.filter(isSound)) ?? this.nextOf(this.nodes.filter(isSound)) ?? this.nextOf(free);
  }

  private nextOf(nodes: readonly NodeId[]): NodeId | null {
    this.turn += 1;
    return nodes[this.turn % Math.max(1, nodes.length)] ?? null;
  }
}
