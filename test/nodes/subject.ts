/** A node that is asked for nonsense: what it keeps and what it shows can be compared before and after. */
import assert from 'node:assert/strict';
import { startNode, type RunningNode } from '../../nodes/host/node.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues, Route } from '../../nodes/kernel/model.ts';
import type { Protocol } from '../../nodes/kernel/protocol.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { eventually } from '../eventually.ts';
import { MemoryDisk } from './host/memoryDisk.ts';

export interface Answer {
  readonly status: number;
  readonly body: { readonly code?: number; readonly error?: string; readonly problems?: readonly string[] };
}

/** A node that runs alone, on a disk in memory. */
export class Subject {
  private readonly node: RunningNode<Protocol>;
  private readonly disk: MemoryDisk;

  private constructor(node: RunningNode<Protocol>, disk: MemoryDisk) {
    this.node = node;
    this.disk = disk;
  }

  static async start(model: NodeModel, options: OptionValues): Promise<Subject> {
    const disk = new MemoryDisk();
    const node = await startNode({
      model,
      self: nodeId(1),
      port: 0,
      peers: {},
      disk,
      options: model.sized?.(options, 1) ?? options,
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    return new Subject(node, disk);
  }

  async ask(method: string, path: string, body?: string): Promise<Answer> {
    const init = { method, ...(body !== undefined && { body }) };
    const response = await fetch(`http://127.0.0.1:${this.node.port}${path}`, init);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** What a peer says in one batch. */
  tell(messages: readonly Json[]): Promise<Answer> {
    return this.ask('POST', '/peer', JSON.stringify({ from: nodeId(2), messages }));
  }

  /** How many messages of peers its core has seen. */
  async messagesTaken(): Promise<number> {
    const { body } = await this.ask('GET', '/status');
    return (body as { readonly host: { readonly messages: number } }).host.messages;
  }

  /** Waits until somebody leads, where somebody has to: an election changes what a node keeps. */
  async isReady(): Promise<void> {
    await eventually('a leader', async () => {
      const { body } = await this.ask('GET', '/leader');
      return (body as { readonly leader?: unknown }).leader !== null;
    });
  }

  /** What the node keeps, and what it answers to those who read. */
  async state(routes: readonly Route<Protocol>[]): Promise<string> {
    const shown: string[] = [];
    for (const { method, example } of routes)
      if (method === 'GET') shown.push(JSON.stringify(await this.ask('GET', example.path)));
    return `${this.disk.read('journal')?.toString()}\n${shown.join('\n')}`;
  }

  stop(): void {
    this.node.drop();
  }
}
