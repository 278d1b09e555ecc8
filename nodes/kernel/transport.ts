/**
 * How clients speak to a node: an option of every model. Nodes speak HTTP with each other in any case. What gRPC calls
 * the service and its methods stands in nodes/host/kv.proto.
 */
import type { OptionSpec, OptionValues } from './model.ts';

export type Transport = 'http' | 'grpc';

export const transportOption: OptionSpec = {
  name: 'transport',
  type: 'choice',
  choices: ['http', 'grpc'],
  default: 'http',
  meaning:
    'how clients speak to nodes: JSON over HTTP, or gRPC by nodes/host/kv.proto (no matter in a simulation)',
};

export function transportOf(options: OptionValues): Transport {
  return options[transportOption.name] === 'grpc' ? 'grpc' : 'http';
}

export const grpcService = 'ordeal.KeyValue';
export const rpcs = ['Read', 'Write', 'Cas', 'Delete', 'Txn', 'Leader'] as const;
export type Rpc = (typeof rpcs)[number];

/** Where a call goes, as HTTP/2 has it. */
export function rpcPath(rpc: Rpc): string {
  return `/${grpcService}/${rpc}`;
}
