/**
 * A stand-in for a program that somebody wrote for the course: it speaks the course's routes and nothing else, and sends
 * all that it has to everybody at every interval. Answers come in chunks, and close the connection.
 */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export abstract class CourseServer {
  /** How many times it was sent something. */
  syncs = 0;
  private readonly server: Server;
  private peers: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    this.server = createServer((incoming, response) => {
      void textOf(incoming).then((text) => {
        const [status, body] = this.answer(incoming.url ?? '', text);
        response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
        response.write(JSON.stringify(body));
        response.end();
      });
    });
  }

  protected abstract answer(url: string, text: string): readonly [status: number, body: unknown];
  /** The body of a `/sync`. */
  protected abstract everything(): unknown;

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

  private sync(): void {
    const text = JSON.stringify(this.everything());
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
