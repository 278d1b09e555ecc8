/**
 * A stand-in for a program that somebody wrote for the course: it speaks the course's routes and nothing else. One value
 * and one clock a key, in memory; concurrent values are decided by the first key of the other's clock, and both clocks
 * put together; everything is sent to everybody at every interval. Answers come in chunks, and close the connection.
 */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type VectorClock = Record<string, number>;
interface Item {
  value: unknown;
  vector_clock: VectorClock;
}
interface PutBody {
  key: string;
  value: unknown;
  vector_clock?: VectorClock;
}

export class CourseNode {
  /** How many times it was sent something. */
  syncs = 0;
  private readonly number: number;
  private readonly items = new Map<string, Item>();
  private readonly server: Server;
  private peers: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(number: number) {
    this.number = number;
    this.server = createServer((incoming, response) => {
      void textOf(incoming).then((text) => {
        const [status, body] = this.answer(incoming.url ?? '', text);
        response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
        response.write(JSON.stringify(body));
        response.end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  syncWith(peers: readonly string[], intervalMs: number): void {
    this.peers = peers;
    this.timer = setInterval(() => this.sync(), intervalMs);
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(url: string, text: string): [status: number, body: unknown] {
    const [, what, key = ''] = url.split('/');
    const item = this.items.get(key);
    if (what === 'get')
      return item === undefined ? [404, { error: 'Key not found' }] : [200, { key, ...item }];
    if (what === 'put') return [200, this.put(JSON.parse(text) as PutBody)];
    if (what !== 'sync') return [404, 'Not Found'];
    this.syncs += 1;
    const entries = Object.entries(JSON.parse(text) as Record<string, Item>);
    for (const [name, { value, vector_clock }] of entries) this.receive(name, { value, vector_clock });
    return [200, { status: 'sync_received' }];
  }

  private put({ key, value, vector_clock = {} }: PutBody): unknown {
    const clock = together(this.items.get(key)?.vector_clock ?? {}, vector_clock);
    clock[this.number] = (clock[this.number] ?? 0) + 1;
    this.items.set(key, { value, vector_clock: clock });
    return { status: 'success', key, value, vector_clock: clock };
  }

  private receive(key: string, theirs: Item): void {
    const mine = this.items.get(key);
    const isNews = mine === undefined || !isAtMost(theirs.vector_clock, mine.vector_clock);
    if (!isNews) return;
    if (mine === undefined || isAtMost(mine.vector_clock, theirs.vector_clock)) {
      this.items.set(key, theirs);
      return;
    }
    const first = Number(Object.keys(theirs.vector_clock)[0]);
    const { value } = this.number > first ? mine : theirs;
    this.items.set(key, { value, vector_clock: together(mine.vector_clock, theirs.vector_clock) });
  }

  private sync(): void {
    const text = JSON.stringify(Object.fromEntries(this.items));
    const headers = { 'Content-Type': 'application/json' };
    for (const peer of this.peers) {
      const asked = httpRequest(`${peer}/sync`, { method: 'POST', headers, agent: false }, (response) =>
        response.resume(),
      );
      asked.on('error', () => undefined);
      asked.end(text);
    }
  }
}

function isAtMost(one: VectorClock, other: VectorClock): boolean {
  return Object.entries(one).every(([node, counter]) => counter <= (other[node] ?? 0));
}

function together(one: VectorClock, other: VectorClock): VectorClock {
  const nodes = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...nodes].map((node) => [node, Math.max(one[node] ?? 0, other[node] ?? 0)]));
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
