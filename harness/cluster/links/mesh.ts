/**
 * The mesh: a directed link and a listening proxy for every ordered pair of nodes. It grows when nodes are added, and
 * its ports stay the same for its whole life, so a node that restarts finds its peers where they were.
 */
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import type { LinkRule } from '../../world.ts';
import { DirectedLink, type LinkTraffic } from './link.ts';
import { LinkProxy } from './linkProxy.ts';

/** At `port`, `from` reaches `to`. */
export interface LinkAddress {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly port: number;
}

export interface LinkSetting {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly rule: LinkRule;
}

export class Mesh {
  private readonly prng: Prng;
  private readonly portOf = new Map<NodeId, number>();
  private readonly links = new Map<string, DirectedLink>();
  private readonly proxies = new Map<string, LinkProxy>();

  constructor(seed: string) {
    this.prng = createPrng(seed).fork('links');
  }

  /** Where `node` listens; known before a message is delivered to it, and free to change between incarnations. */
  setPort(node: NodeId, port: number): void {
    this.portOf.set(node, port);
  }

  /** Adds nodes, with links from and to every other node; returns the addresses of the new links. */
  async add(nodes: readonly NodeId[]): Promise<LinkAddress[]> {
    const all = [...new Set([...this.members(), ...nodes])];
    const pairs = all.flatMap((from) => all.filter((to) => to !== from).map((to) => ({ from, to })));
    const fresh = pairs.filter(({ from, to }) => !this.proxies.has(keyOf(from, to)));
    for (const node of nodes) if (!this.portOf.has(node)) this.portOf.set(node, 0);
    return Promise.all(
      fresh.map(async ({ from, to }) => {
        const target = (): number => this.portOf.get(to) ?? 0;
        const proxy = new LinkProxy(this.link(from, to), this.link(to, from), target);
        this.proxies.set(keyOf(from, to), proxy);
        await proxy.open();
        return { from, to, port: proxy.port };
      }),
    );
  }

  /** Puts rules in force; resolves when ports are open or closed accordingly. */
  async set(settings: readonly LinkSetting[]): Promise<void> {
    for (const { from, to, rule } of settings) this.link(from, to).set(rule);
    await Promise.all(settings.map(async ({ from, to }) => this.proxies.get(keyOf(from, to))?.settled()));
  }

  traffic(): LinkTraffic[] {
    return [...this.links.values()].map(({ traffic }) => ({ ...traffic }));
  }

  close(): void {
    for (const proxy of this.proxies.values()) proxy.close();
  }

  private members(): NodeId[] {
    return [...this.portOf.keys()];
  }

  private link(from: NodeId, to: NodeId): DirectedLink {
    const key = keyOf(from, to);
    const known = this.links.get(key);
    if (known !== undefined) return known;
    const link = new DirectedLink(from, to, this.prng.fork(key));
    this.links.set(key, link);
    return link;
  }
}

function keyOf(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}
