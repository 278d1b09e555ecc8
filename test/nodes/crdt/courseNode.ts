/**
 * A stand-in for a counter that somebody wrote for the course: it speaks the course's routes and nothing else. One list
 * of counts in memory, as long as there are nodes; whatever else it is sent it does not look at; everything is sent to
 * everybody at every interval. Answers come in chunks, and close the connection.
 */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class CourseCounter {
  /** How many times it was sent something. */
  syncs = 0;
  private readonly index: number;
  private readonly values: number[];
  private readonly server: Server;
  private peers: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(index: number, nodes: number) {
    this.index = index;
    this.values = Array.from({ length: nodes }, () => 0);
    this.server = createServer((incoming, response) => {
      void textOf(incoming).then((text) => {
        const body = this.answer(incoming.url ?? '', text);
        response.writeHead(body === null ? 404 : 200, {
          'Content-Type': 'application/json',
          Connection: 'close',
        });
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

  /** As after a restart, but for its own count, which nobody could tell it apart from an older one. */
  forget(): void {
    this.values.forEach((count, at) => (this.values[at] = at === this.index ? count : 0));
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    this.server.closeAllConnections();
  }

  private get value(): number {
    return this.values.reduce((sum, count) => sum + count, 0);
  }

  private answer(url: string, text: string): object | null {
    switch (url) {
      case '/value':
        return { value: this.value, components: this.values };
      case '/increment': {
        const { amount = 1 } = JSON.parse(text) as { amount?: number };
        this.values[this.index] = (this.values[this.index] ?? 0) + amount;
        return { status: 'success', new_value: this.value };
      }
      case '/sync': {
        const { values } = JSON.parse(text) as { values: number[] };
        if (values.length < this.values.length) throw new RangeError('list index out of range');
        this.values.forEach((count, at) => (this.values[at] = Math.max(count, values[at] ?? 0)));
        this.syncs += 1;
        return { status: 'sync_received' };
      }
      default:
        return null;
    }
  }

  private sync(): void {
    const text = JSON.stringify({ values: this.values });
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

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
