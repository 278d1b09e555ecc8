/** Whoever asks nodes for a run or a person: one attempt goes out, and how it ended comes back. */
import { transportOf, type Transport } from '../../nodes/kernel/transport.ts';
import type { OptionValues } from '../../nodes/kernel/model.ts';
import type { WireRequest } from '../../nodes/kernel/wire.ts';
import type { WireOutcome } from '../world.ts';
import { HttpClient, type Endpoint } from './httpClient.ts';

export interface NodeClient {
  /** Resolves, never later than `timeoutMs` plus a little. */
  send(endpoint: Endpoint, request: WireRequest, timeoutMs: number): Promise<WireOutcome>;
  /** Closes every connection; requests in flight end as broken. */
  close(): void;
}

/** A client for nodes with these options. */
export function clientOf(options: OptionValues): Promise<NodeClient> {
  return clientFor(transportOf(options));
}

/** What gRPC needs is loaded only where it is spoken. */
export async function clientFor(transport: Transport): Promise<NodeClient> {
  if (transport === 'http') return new HttpClient();
  const { GrpcClient } = await import('./grpcClient.ts');
  return new GrpcClient();
}
