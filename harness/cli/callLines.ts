/** Lines to paste into a shell: how to ask a node with these options, by hand. */
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { grpcService, rpcPath, rpcs, transportOf, type Rpc } from '../../nodes/kernel/transport.ts';
import { clientProfileOf } from '../profiles/index.ts';
import { curlLines } from './curlLines.ts';

/** A message for each method. Values are JSON texts. */
const examples: Readonly<Record<Rpc, object>> = {
  Read: { key: 'k1' },
  Write: { key: 'k1', value: '1' },
  Cas: { key: 'k1', from: '1', to: '2' },
  Delete: { key: 'k1' },
  Txn: { txn: [{ kind: 'append', key: 'k2', arguments: ['1'] }] },
  Leader: {},
};

/** A node that speaks gRPC answers HTTP on the same port. */
export function callLines(model: NodeModel, options: OptionValues, port: number): string[] {
  const curl = curlLines(model, options, port);
  return transportOf(options) === 'http' ? curl : [...grpcurlLines(model, options, port), ...curl];
}

/** One line a method that the nodes have. */
function grpcurlLines(model: NodeModel, options: OptionValues, port: number): string[] {
  const { operations } = clientProfileOf(model, options);
  const served = new Set(Object.values(operations).map(({ path }) => path));
  return rpcs
    .filter((rpc) => served.has(rpcPath(rpc)))
    .map((rpc) => {
      const message = JSON.stringify(examples[rpc]);
      return `grpcurl -plaintext -proto nodes/host/kv.proto -d '${message}' 127.0.0.1:${port} ${grpcService}/${rpc}`;
    });
}
