/** Carries the commands of the console out on a cluster, and says in a line what came of each. */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { MembershipRequests } from '../../nodes/kernel/model.ts';
import type { Json, WireRequest } from '../../nodes/kernel/wire.ts';
import { toWire, type ApiProfile } from '../profile.ts';
import { openLink, type ClusterAction, type LinkRule, type WireOutcome } from '../world.ts';
import { parseLine, helpText, type ConsoleCommand } from './consoleLine.ts';
import { HttpClient } from './httpClient.ts';
import { describeOutcome } from './introduce.ts';
import type { NodeClient } from './nodeClient.ts';
import type { ProcessCluster } from './processCluster.ts';

const askMs = 3_000;
const statusMs = 500;
/** An election may be going on: how often a leader is looked for, and how long is waited in between. */
const leaderAttempts = 20;
const leaderPauseMs = 100;

interface Answered {
  readonly node: NodeId;
  readonly outcome: WireOutcome;
}

/** How keys are read and written, and members changed. */
export interface ConsoleService {
  readonly profile: ApiProfile;
  /** Absent where members cannot be changed. */
  readonly membership?: MembershipRequests | undefined;
  /** Closed with the console. */
  readonly client: NodeClient;
}

export class ClusterConsole {
  private readonly cluster: ProcessCluster;
  private readonly service: ConsoleService;
  /** For what is asked of the cluster itself. */
  private readonly http = new HttpClient();
  private leader: NodeId | null = null;
  /** By link, which has one rule at a time: how it is cut. */
  private readonly cuts = new Map<string, LinkRule['mode']>();

  constructor(cluster: ProcessCluster, service: ConsoleService) {
    this.cluster = cluster;
    this.service = service;
  }

  /** Carries out one line; answers with what to print, or null to quit. */
  async run(line: string): Promise<string | null> {
    const command = parseLine(line);
    if (command.kind === 'quit') return null;
    try {
      return await this.carryOut(command);
    } catch (error) {
      return (error as Error).message;
    }
  }

  close(): void {
    this.http.close();
    this.service.client.close();
  }

  private async carryOut(command: Exclude<ConsoleCommand, { kind: 'quit' }>): Promise<string> {
    switch (command.kind) {
      case 'ask':
        return this.ask(toWire(this.service.profile, command.action), command.at, this.service.client);
      case 'kill':
      case 'stop':
      case 'start':
      case 'pause':
      case 'resume':
        return this.act([command], () => `${command.node} is ${this.cluster.state(command.node)}`);
      case 'cut':
        return this.cut(command);
      case 'heal':
        return this.heal();
      case 'add':
        return this.add();
      case 'remove':
        return this.ask({ method: 'POST', path: '/members/remove', body: { node: command.node } }, null);
      case 'transfer':
        return this.ask({ method: 'POST', path: '/transfer', body: { to: command.node } }, null);
      case 'status':
        return this.status();
      case 'help':
        return helpText;
      case 'problem':
        return command.why;
      case 'nothing':
        return '';
    }
  }

  /** `done` is asked afterwards: to resume a node that is down, or to start a paused one, changes nothing. */
  private async act(actions: readonly ClusterAction[], done: () => string): Promise<string> {
    const problems = await this.cluster.perform(actions);
    return problems.length === 0 ? done() : problems.join('\n');
  }

  private cut({ left, right, mode, oneWay }: Extract<ConsoleCommand, { kind: 'cut' }>): Promise<string> {
    const there = left.flatMap((from) => right.map((to) => ({ from, to })));
    const back = oneWay ? [] : there.map(({ from, to }) => ({ from: to, to: from }));
    const links = [...there, ...back];
    for (const { from, to } of links) {
      this.cluster.linkUrl(from, to);
      this.cuts.set(`${from}→${to}`, mode);
    }
    const rule = { ...openLink, mode };
    return this.act(
      links.map((link) => ({ kind: 'link', ...link, rule })),
      () => `cut: ${left.join(',')} ${oneWay ? '→' : '↔'} ${right.join(',')} (${mode})`,
    );
  }

  private heal(): Promise<string> {
    this.cuts.clear();
    const { nodes } = this.cluster;
    const pairs = nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })));
    return this.act(
      pairs.map((link) => ({ kind: 'link', ...link, rule: openLink })),
      () => 'all links are open',
    );
  }

  private async add(): Promise<string> {
    const { membership } = this.service;
    if (!membership) return 'the members of this cluster cannot be changed';
    const { node, problems } = await this.cluster.addNode();
    const started = [`${node} is up at ${this.cluster.url(node)}`, ...problems];
    const member = await this.ask(membership.add(node), null);
    return [...started, member].join('\n');
  }

  private async status(): Promise<string> {
    const lines = await Promise.all(
      this.cluster.nodes.map(async (node) => {
        const state = this.cluster.state(node);
        const outcome = state === 'up' ? await this.send(node, leaderRequest, statusMs, this.http) : null;
        const says = outcome === null || isLeaderless(outcome) ? '' : `  ${describeLeader(outcome)}`;
        return `${node}  ${this.cluster.url(node)}  ${state}${says}`;
      }),
    );
    const cuts = [...this.cuts].map(([link, mode]) => `${link} (${mode})`);
    return [...lines, ...(cuts.length > 0 ? [`cut: ${cuts.join(' ')}`] : [])].join('\n');
  }

  private async ask(
    request: WireRequest,
    at: NodeId | null,
    client: NodeClient = this.http,
  ): Promise<string> {
    if (at !== null) this.cluster.place(at);
    const { node, outcome } =
      at === null
        ? await this.askLeader(request, client)
        : { node: at, outcome: await this.send(at, request, askMs, client) };
    return `${node}: ${describeOutcome(outcome)}`;
  }

  /** Goes where it is sent (421 names the leader), and around nodes that certainly did nothing. */
  private async askLeader(request: WireRequest, client: NodeClient): Promise<Answered> {
    const up = this.cluster.nodes.filter((node) => this.cluster.state(node) === 'up');
    let node = this.leader !== null && up.includes(this.leader) ? this.leader : up[0];
    for (let attempt = 1; ; attempt++) {
      if (node === undefined) throw new Error('no node is up');
      const outcome = await this.send(node, request, askMs, client);
      const mayGoOn = isElsewhere(outcome) && attempt < leaderAttempts;
      if (!mayGoOn) {
        this.leader = node;
        return { node, outcome };
      }
      const named = leaderOf(outcome);
      const isNew = named !== null && named !== node && up.includes(named);
      if (!isNew) await new Promise((resolve) => setTimeout(resolve, leaderPauseMs));
      node = isNew ? named : up[(up.indexOf(node) + 1) % up.length];
    }
  }

  private send(
    node: NodeId,
    request: WireRequest,
    timeoutMs: number,
    client: NodeClient,
  ): Promise<WireOutcome> {
    return client.send(this.cluster.endpoint(node), request, timeoutMs);
  }
}

const leaderRequest: WireRequest = { method: 'GET', path: '/leader' };

/** A refusal that says that nothing was started, and that another node may do better. */
function isElsewhere(outcome: WireOutcome): boolean {
  if (outcome.kind === 'refused') return true;
  return outcome.kind === 'answer' && (outcome.status === 421 || field(outcome, 'code') === 11);
}

function leaderOf(outcome: WireOutcome): NodeId | null {
  const leader = field(outcome, 'leader');
  return typeof leader === 'string' ? (leader as NodeId) : null;
}

/** A node of a model in which nobody leads has nothing to say. */
function isLeaderless(outcome: WireOutcome): boolean {
  return outcome.kind === 'answer' && outcome.status === 404;
}

function describeLeader(outcome: WireOutcome): string {
  const leader = leaderOf(outcome) ?? 'nobody';
  const term = field(outcome, 'term');
  return term === undefined
    ? describeOutcome(outcome)
    : `says ${leader} leads in term ${JSON.stringify(term)}`;
}

function field(outcome: WireOutcome, name: string): Json | undefined {
  if (outcome.kind !== 'answer') return undefined;
  const { body } = outcome;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined;
  return (body as { readonly [key: string]: Json })[name];
}
