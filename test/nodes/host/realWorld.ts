/**
 * A law fixture of real hosts in this process: real sockets, real files in a temporary folder, real time. Its disk can
 * hold syncs back; a crash cuts the journal to what was promised, as a power failure may.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../harness/cluster/freePort.ts';
import { folderDisk, type Disk } from '../../../nodes/host/disk.ts';
import { promisedBytes } from '../../../nodes/host/journal.ts';
import { startNode, type RunningNode } from '../../../nodes/host/node.ts';
import { nodeId, nodeNumber, type NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import type { WireAnswer, WireRequest } from '../../../nodes/kernel/wire.ts';
import type { LawProtocol } from './lawModel.ts';
import type { LawFixture, LawWorld } from './lawLab.ts';

export const realWorld: LawFixture = async (model, { nodes, seed }) => {
  const world = new RealWorld(model, seed);
  const names = Array.from({ length: nodes }, (_, at) => nodeId(at + 1));
  for (const node of names) await world.start(node);
  return world;
};

/** Nobody listens here: what is sent to it is lost. */
const nowhere = 'http://127.0.0.1:1';

class RealWorld implements LawWorld {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ordeal-laws-'));
  private readonly agent = new Agent({ keepAlive: true });
  private readonly running = new Map<NodeId, RunningNode<LawProtocol>>();
  private readonly ports = new Map<NodeId, number>();
  private readonly gates = new Map<NodeId, SyncGate>();
  private readonly model: NodeModel<LawProtocol>;
  private readonly seed: number;

  constructor(model: NodeModel<LawProtocol>, seed: number) {
    this.model = model;
    this.seed = seed;
  }

  async start(node: NodeId): Promise<void> {
    const gate = new SyncGate();
    this.gates.set(node, gate);
    const started = await startNode<LawProtocol>({
      model: this.model,
      self: node,
      // Not one of those that the system gives to connections: it could be taken while the node is down.
      port: this.ports.get(node) ?? (await freePort()),
      peers: {},
      disk: gatedDisk(folderDisk(this.dataOf(node)), gate),
      options: {},
      seed: String(this.seed),
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    this.running.set(node, started);
    this.ports.set(node, started.port);
    this.heal();
  }

  request(node: NodeId, { method, path, body }: WireRequest): Promise<WireAnswer | 'broken'> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve) => {
      const request = httpRequest(
        { port: this.ports.get(node), method, path, agent: this.agent },
        (response) => {
          let read = '';
          response.on('data', (chunk: Buffer) => (read += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(read) as WireAnswer['body'] }),
          );
          response.on('error', () => resolve('broken'));
        },
      );
      request.on('error', () => resolve('broken'));
      request.end(text);
    });
  }

  deliver(node: NodeId, from: NodeId, message: LawProtocol['message']): void {
    this.nodeOf(node).host.deliver(from, message);
  }

  async pass(ms: number): Promise<void> {
    await sleep(ms);
  }

  holdSyncs(node: NodeId): void {
    this.gates.get(node)?.hold();
  }

  releaseSyncs(node: NodeId): void {
    this.gates.get(node)?.release();
  }

  syncs(node: NodeId): number {
    return this.nodeOf(node).journal.counters.syncs;
  }

  async crash(node: NodeId): Promise<void> {
    this.nodeOf(node).drop();
    this.running.delete(node);
    const folder = this.dataOf(node);
    const promised = promisedBytes(folderDisk(folder));
    assert(promised !== null && promised <= readFileSync(join(folder, 'journal')).length);
    truncateSync(join(folder, 'journal'), promised);
    await sleep(1);
  }

  cut(from: NodeId, to: NodeId): void {
    this.nodeOf(from).peers.setAddress(to, nowhere);
  }

  heal(): void {
    for (const [from, { peers }] of this.running) {
      for (const [to, port] of this.ports) {
        if (from !== to) peers.setAddress(to, `http://127.0.0.1:${port}`);
      }
    }
  }

  status(node: NodeId): LawProtocol['status'] | undefined {
    return this.running.get(node)?.host.released;
  }

  async close(): Promise<void> {
    for (const node of this.running.values()) node.drop();
    this.running.clear();
    this.agent.destroy();
    await sleep(1);
    rmSync(this.folder, { recursive: true });
  }

  private dataOf(node: NodeId): string {
    return join(this.folder, String(nodeNumber(node)));
  }

  private nodeOf(node: NodeId): RunningNode<LawProtocol> {
    const found = this.running.get(node);
    assert(found !== undefined, `${node} is down`);
    return found;
  }
}

/** Keeps syncs from ending while it is held. */
class SyncGate {
  private opened: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  hold(): void {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open();
  }

  async pass(): Promise<void> {
    await this.opened;
  }
}

/** A sync begins only once the gate is open, so what is written meanwhile is not promised. */
function gatedDisk(disk: Disk, gate: SyncGate): Disk {
  return {
    ...disk,
    open: (name, fresh) => {
      const file = disk.open(name, fresh);
      return { ...file, sync: () => gate.pass().then(() => file.sync()) };
    },
  };
}
