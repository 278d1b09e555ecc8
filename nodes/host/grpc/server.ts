/** The gRPC server of a node: every call becomes a request of the node's one API, and its answer a message or a status. */
import {
  Metadata,
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import type { NodeModel } from '../../kernel/model.ts';
import { rpcs, type Rpc } from '../../kernel/transport.ts';
import { errorAnswer, type WireAnswer } from '../../kernel/wire.ts';
import type { Incoming } from '../clientApi.ts';
import type { Handle } from '../http.ts';
import { bodyBytesMax } from '../http.ts';
import { loadService, type Message } from '../kvProto.ts';
import { fieldsOf, NotJson } from './messages.ts';
import { replyOf, requestOf } from './spelling.ts';
import type { Refusal } from './statuses.ts';

export type Served = Pick<NodeModel, 'name' | 'api' | 'routes'>;

/** A server that takes no connections by itself: they are given to it. */
export function createGrpcServer(model: Served, handle: Handle): Server {
  const server = new Server({
    'grpc.max_receive_message_length': bodyBytesMax.client,
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
  });
  const methods = rpcs.map((rpc) => [rpc, methodOf(model, rpc, handle)] as const);
  server.addService(loadService(), Object.fromEntries(methods));
  return server;
}

/** Connections without encryption, as those over HTTP are. */
export const credentials = ServerCredentials.createInsecure();

function methodOf(model: Served, rpc: Rpc, handle: Handle): handleUnaryCall<Message, Message> {
  return (call, callback) => {
    const respond = (answer: WireAnswer): void => {
      const reply = replyOf(model.api, answer);
      if ('refusal' in reply) callback(errorOf(reply.refusal));
      else callback(null, reply.message);
    };
    const asked = askedBy(model, rpc, call);
    if ('status' in asked) {
      respond(asked);
      return;
    }
    handle(
      asked,
      // Texts are answers to peers, who do not come this way.
      (outgoing) => typeof outgoing === 'object' && respond(outgoing.answer),
      (gone) => call.on('cancelled', gone),
    );
  };
}

function askedBy(model: Served, rpc: Rpc, call: ServerUnaryCall<Message, Message>): Incoming | WireAnswer {
  try {
    const request = requestOf(model, rpc, fieldsOf(call.request));
    if ('status' in request) return request;
    const [requestId] = call.metadata.get('request-id');
    return { ...request, requestId: requestId?.toString() };
  } catch (error) {
    if (error instanceof NotJson) return errorAnswer('malformed-request', error.message);
    throw error;
  }
}

function errorOf({ status, message, trailers }: Refusal): {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
} {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code: status, details: message, metadata };
}
