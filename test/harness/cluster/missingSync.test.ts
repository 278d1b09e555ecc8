/** A node that answers before its disk has synced: no kill shows it, a loss of power does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from '../../../harness/cluster/bundle.ts';
import { startCluster, type ProcessCluster } from '../../../harness/cluster/processCluster.ts';
import { referenceProgram } from '../../../harness/cluster/referenceProgram.ts';
import type { ClusterAction } from '../../../harness/world.ts';
import { models } from '../../../nodes/index.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';

const n1 = nodeId(1);
const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);

describe('a loss of power', () => {
  let folder = '';
  let cluster: ProcessCluster | undefined;
  const damaged: string[] = [];

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-power-'))));
  afterEach(async () => {
    await cluster?.close();
    damaged.length = 0;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(entry?: string): Promise<void> {
    const model = models.find(({ name }) => name === 'eventual');
    assert(model);
    const program = await bundleHost(join(folder, 'host.mjs'), entry === undefined ? {} : { entry });
    const config = { nodes: 1, options: defaultOptions(model), seed: 1, bug: null };
    cluster = await startCluster({
      nodes: 1,
      program: referenceProgram({ program, model, config }),
      folder,
      seed: 1,
    });
    cluster.watch({
      onExited: () => undefined,
      onFailed: () => undefined,
      onDamaged: (_, what) => damaged.push(what),
    });
  }

  const ask = (path: string, body?: object): Promise<Response> =>
    fetch(`${cluster?.url(n1)}${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });

  /** Writes every key, and answers with those that are not there after the node has gone down like this. */
  async function lostBy(down: ClusterAction, value: string): Promise<readonly string[]> {
    for (const key of keys) assert.equal((await ask('/put', { key, value })).status, 200);
    assert.deepEqual(await cluster?.perform([down]), []);
    assert.deepEqual(await cluster?.perform([{ kind: 'start', node: n1 }]), []);
    const lost: string[] = [];
    for (const key of keys) {
      const { value: found } = (await (await ask(`/get/${key}`)).json()) as { value?: string };
      if (found !== value) lost.push(key);
    }
    return lost;
  }

  it('shows that a node answers too early, which no kill does', async () => {
    await start(fileURLToPath(new URL('hastyMain.ts', import.meta.url)));
    assert.deepEqual(await lostBy({ kind: 'kill', node: n1 }, 'first'), []);
    assert((await lostBy({ kind: 'kill', node: n1, damage: 'cut' }, 'second')).length > 0);
    assert.equal(damaged.length, 1);
  });

  it('takes nothing that an honest node has acknowledged', async () => {
    await start();
    for (const damage of ['cut', 'tear', 'flip'] as const)
      assert.deepEqual(await lostBy({ kind: 'kill', node: n1, damage }, damage), []);
  });
});
