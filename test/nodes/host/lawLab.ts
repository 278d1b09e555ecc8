/**
 * Where the host laws are tried. A host takes part by offering a `LawFixture`: a small world of nodes in which syncs can be
 * held, links cut, and nodes crashed. Nothing here waits for a promise without letting the world's time go by, so a world
 * in virtual time can take part.
 */
import assert from 'node:assert/strict';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import type { WireAnswer, WireRequest } from '../../../nodes/kernel/wire.ts';
import { createLawProbe, type LawProbe, type LawProtocol, type LawRequest } from './lawModel.ts';

/** Makes a world of nodes n1 … n`nodes`, every one started and knowing the others. */
export type LawFixture = (
  model: NodeModel<LawProtocol>,
  settings: { readonly nodes: number; readonly seed: number },
) => Promise<LawWorld>;

export interface LawWorld {
  /** Sends a client's request; `broken` when the connection ended without an answer. Never rejects. */
  request(node: NodeId, request: WireRequest): Promise<WireAnswer | 'broken'>;
  /** Hands a message to a node's host as if it had just come from the network. May be called inside a step. */
  deliver(node: NodeId, from: NodeId, message: LawProtocol['message']): void;
  /** Lets time go by, and everything happen that is due. */
  pass(ms: number): Promise<void>;
  /** From now on no sync of this node completes. */
  holdSyncs(node: NodeId): void;
  /** Syncs complete again, the held ones too. */
  releaseSyncs(node: NodeId): void;
  /** How many syncs of the journal this node has completed since its present start. */
  syncs(node: NodeId): number;
  /** Kills the node; every record that was not synced is lost. Ends the hold on its syncs. */
  crash(node: NodeId): Promise<void>;
  /** The next incarnation, on what is left of the journal. */
  start(node: NodeId): Promise<void>;
  /** Whatever `from` sends to `to` is lost, until `heal`. */
  cut(from: NodeId, to: NodeId): void;
  heal(): void;
  /** The status that the node released last; undefined before the first. */
  status(node: NodeId): LawProtocol['status'] | undefined;
  /** Ends all nodes. */
  close(): Promise<void>;
}

export const n1 = nodeId(1);
export const n2 = nodeId(2);
const waitMsMax = 60_000;
const sliceMs = 5;
/** Long enough for everything that is going to happen to have happened. */
export const quietMs = 60;
/** A timer that the next request shall stop or replace runs at least so long: a busy machine may take its time. */
export const unhurriedMs = 1000;

/** A world together with the probe inside its nodes, and the verbs of the tests. */
export class Lab {
  readonly probe: LawProbe = createLawProbe();
  private readonly opened: LawWorld[] = [];
  private readonly fixture: LawFixture;

  constructor(fixture: LawFixture) {
    this.fixture = fixture;
  }

  async open(nodes = 2, seed = 1): Promise<LawWorld> {
    const world = await this.fixture(this.probe.model, { nodes, seed });
    this.opened.push(world);
    return world;
  }

  async close(): Promise<void> {
    for (const world of this.opened) await world.close();
  }
}

export interface Asked {
  answer: WireAnswer | 'broken' | 'open';
}

/** Asks without waiting: the answer appears in what is returned. */
export function ask(world: LawWorld, node: NodeId, request: LawRequest): Asked {
  const asked: Asked = { answer: 'open' };
  void world.request(node, { method: 'POST', path: '/do', body: { ...request } }).then((answer) => {
    asked.answer = answer;
  });
  return asked;
}

export async function until(world: LawWorld, what: string, condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += sliceMs) {
    if (waitedMs > waitMsMax) assert.fail(`after ${waitMsMax} ms still not so: ${what}`);
    await world.pass(sliceMs);
  }
}

export async function answerOf(
  world: LawWorld,
  node: NodeId,
  request: LawRequest,
): Promise<readonly string[]> {
  const asked = ask(world, node, request);
  await until(world, `${node} has answered ${JSON.stringify(request)}`, () => asked.answer !== 'open');
  assert(typeof asked.answer === 'object', `${node} broke the connection`);
  assert.equal(asked.answer.status, 200);
  return (asked.answer.body as { values: readonly string[] }).values;
}

export const append = (value: string): LawRequest => ({ do: 'append', value });
export const read: LawRequest = { do: 'read' };
