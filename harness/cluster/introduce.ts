/** Tells a running reference node where its peers are: `POST /host/peers` (nodes/host/hostApi.ts). */
import type { WireOutcome } from '../world.ts';
import { HttpClient, type Endpoint } from './httpClient.ts';
import type { NodePlace } from './program.ts';

const timeoutMs = 2_000;

/** Answers with what went wrong, or null. */
export async function introduce(endpoint: Endpoint, peers: NodePlace['peers']): Promise<string | null> {
  const client = new HttpClient();
  const body = Object.fromEntries(peers.map(({ number, url }) => [String(number), url]));
  const outcome = await client.send(endpoint, { method: 'POST', path: '/host/peers', body }, timeoutMs);
  client.close();
  return outcome.kind === 'answer' && outcome.status === 200 ? null : describeOutcome(outcome);
}

/** How an attempt ended, for people. */
export function describeOutcome(outcome: WireOutcome): string {
  switch (outcome.kind) {
    case 'answer':
      return `${outcome.status} ${outcome.body === undefined ? '(not JSON)' : JSON.stringify(outcome.body)}`;
    case 'refused':
      return 'refused the connection';
    case 'broken':
      return `broke off (${outcome.why})`;
    case 'timeout':
      return 'did not answer in time';
  }
}
