/** The definition of the gRPC service, from the file that is published. It stands beside a bundle, too. */
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { grpcService, type Rpc } from '../kernel/transport.ts';

/** A message as an object: all fields are there, with their defaults. */
export type Message = Readonly<Record<string, unknown>>;
export type ServiceDefinition = Readonly<Record<Rpc, MethodDefinition<Message, Message>>>;

/** Its methods, with functions that turn messages to bytes and back. */
export function loadService(): ServiceDefinition {
  const file = fileURLToPath(new URL('./kv.proto', import.meta.url));
  const loaded = loadSync(file, { keepCase: true, longs: Number, defaults: true, arrays: true });
  return loaded[grpcService] as unknown as ServiceDefinition;
}
