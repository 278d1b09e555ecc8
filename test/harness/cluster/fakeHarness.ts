/**
 * A harness that starts a cluster and then does nothing, as a program of its own: `fakeHarness.ts FOLDER TOY`. Says
 * `started` when the supervisor is there, `ready` when the nodes are, and `paused` when the second one is.
 */
import { startCluster, ProcessCluster } from '../../../harness/cluster/processCluster.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const [folder = '', toy = ''] = process.argv.slice(2);
const open = ProcessCluster.open.bind(ProcessCluster);
ProcessCluster.open = async (options) => {
  const cluster = await open(options);
  process.stdout.write('started\n');
  return cluster;
};
const cluster = await startCluster({
  nodes: 3,
  folder,
  seed: 1,
  program: ({ number, port, dataDirectory }) => ({
    command: [process.execPath, toy, String(number), String(port), dataDirectory, '--child'],
  }),
});
process.stdout.write('ready\n');
await cluster.perform([{ kind: 'pause', node: nodeId(2) }]);
process.stdout.write('paused\n');
