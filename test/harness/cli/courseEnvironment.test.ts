/** A cluster as the course starts it: by the environment of each terminal. */
import assert from 'node:assert/strict';
import { courseSettings, type Environment } from '../../../harness/cli/courseEnvironment.ts';
import { freePort } from '../../../harness/cluster/freePort.ts';
import { UsageError } from '../../../harness/exit.ts';
import { startCommand, type RunningCommand } from '../../command.ts';
import { eventually } from '../../eventually.ts';

describe('the environment of the course', () => {
  it('makes a leader of node 1, with its followers in the order of their list', () => {
    const settings = courseSettings({
      NODE_ID: 'node_1',
      ES_LIDER: '1',
      SEGUIDORES: '["http://localhost:5001", "http://10.0.0.2:5002"]',
      PUERTO: '5000',
      MIN_CONFIRMACIONES_REQUERIDAS: '1',
      HEARTBEAT_INTERVAL: '0.5',
      HEARTBEAT_TIMEOUT: '2',
      ARCHIVO_LOG: 'log_1',
    });
    assert.deepEqual(settings, {
      id: 1,
      port: 5000,
      peers: { n2: 'http://127.0.0.1:5001', n3: 'http://10.0.0.2:5002' },
      set: ['ack=1', 'heartbeatInterval=500', 'heartbeatTimeout=2000'],
      data: 'log_1',
    });
  });

  it('makes a follower that knows its leader alone', () => {
    const settings = courseSettings({
      NODE_ID: 'node_3',
      ES_LIDER: '0',
      SEGUIDORES: '[]',
      URL_LIDER: 'http://localhost:5000/',
      MIN_CONFIRMACIONES_REQUERIDAS: '0',
    });
    assert.deepEqual(settings, { id: 3, peers: { n1: 'http://127.0.0.1:5000' }, set: ['ack=none'] });
  });

  it('says nothing where nothing is said', () => {
    assert.deepEqual(courseSettings({ NODE_ID: '', PUERTO: ' ' }), { set: [] });
    assert.deepEqual(courseSettings({ ES_LIDER: '1' }), { id: 1, set: [] });
    assert.deepEqual(courseSettings({ ES_LIDER: '0', NODE_ID: '2' }, true), { id: 2, set: [] });
  });

  it('is refused with all that is wrong', () => {
    const cases: [Environment, RegExp][] = [
      [{ NODE_ID: 'node_2', ES_LIDER: '1' }, /^the leader \(ES_LIDER=1\) is node 1/],
      [{ NODE_ID: 'node_1', ES_LIDER: '0', URL_LIDER: 'http://a' }, /^the leader \(ES_LIDER=1\) is node 1/],
      [{ NODE_ID: 'first' }, /^NODE_ID must be a name that ends in a number from 1, not "first"/],
      [{ ES_LIDER: 'yes' }, /^ES_LIDER must be 1 or 0, not "yes"/],
      [{ ES_LIDER: '1', SEGUIDORES: '5001,5002' }, /^SEGUIDORES must be a JSON array of http:\/\/ URLs/],
      [
        { ES_LIDER: '1', SEGUIDORES: '["localhost:5001"]' },
        /^SEGUIDORES must be a JSON array of http:\/\/ URLs/,
      ],
      [{ ES_LIDER: '0', SEGUIDORES: '["http://localhost:1"]' }, /^SEGUIDORES must be \[\] on a follower/],
      [{ ES_LIDER: '0', NODE_ID: 'node_2' }, /^a follower \(ES_LIDER=0\) needs URL_LIDER, .* or --peers$/],
      [{ ES_LIDER: '0', URL_LIDER: 'localhost' }, /^URL_LIDER must be an http:\/\/ URL/],
      [
        { PUERTO: '-1', HEARTBEAT_TIMEOUT: '0', MIN_CONFIRMACIONES_REQUERIDAS: 'all' },
        /^PUERTO must .*\nMIN_CONF.* must .*\nHEARTBEAT_TIMEOUT must/,
      ],
    ];
    for (const [environment, message] of cases)
      assert.throws(() => courseSettings(environment), { name: UsageError.name, message });
  });
});

describe('three terminals of the course', () => {
  let running: RunningCommand[] = [];

  afterEach(async () => {
    for (const { child } of running) child.kill('SIGTERM');
    await Promise.all(running.map(({ ended }) => ended));
    running = [];
  });

  function terminal(environment: Environment): RunningCommand {
    const env = { ...process.env, ...environment };
    const command = startCommand(['node', '--model', 'leader-follower'], env);
    running.push(command);
    return command;
  }

  async function ask(port: number, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.json() };
  }

  it('are a cluster that writes, copies, and refuses what it must', async () => {
    const [leader, second, third] = [await freePort(), await freePort(), await freePort()];
    const url = (port: number): string => `http://localhost:${port}`;
    const follower = { ES_LIDER: '0', SEGUIDORES: '[]', URL_LIDER: url(leader) };
    terminal({
      NODE_ID: 'node_1',
      ES_LIDER: '1',
      SEGUIDORES: JSON.stringify([url(second), url(third)]),
      PUERTO: `${leader}`,
      MIN_CONFIRMACIONES_REQUERIDAS: '2',
    });
    terminal({ NODE_ID: 'node_2', PUERTO: `${second}`, ...follower });
    const last = terminal({ NODE_ID: 'node_3', PUERTO: `${third}`, ...follower });
    const isUp = async (): Promise<boolean> => {
      const index = await ask(leader, '/').catch(() => null);
      return index !== null && JSON.stringify(index.body).includes('"alive":["n1","n2","n3"]');
    };
    await eventually('the leader hears its followers', isUp);
    const written = await ask(leader, '/escribir', { clave: 'valor' });
    assert.deepEqual([written.status, Object.keys(written.body as object)], [200, ['success']]);
    assert.equal((await ask(second, '/escribir', { clave: 'otro' })).status, 403);
    assert.equal((await ask(leader, '/replicar', { clave: 'otro' })).status, 403);
    assert.deepEqual(await ask(leader, '/get/clave'), {
      status: 200,
      body: { key: 'clave', value: 'valor' },
    });
    assert.deepEqual((await ask(third, '/leader')).body, { leader: 'n1', term: 1 });
    last.child.kill('SIGKILL');
    await last.ended;
    // Two confirmations are wanted, and one follower is left: the outcome stays open.
    const lacking = await ask(leader, '/escribir', { clave: 'nuevo' });
    assert.deepEqual([lacking.status, (lacking.body as { code: number }).code], [500, 0]);
  });
});
