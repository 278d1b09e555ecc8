import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { freePort } from '../../../harness/cluster/freePort.ts';
import {
  runInRealWorld,
  type ClusterWatcher,
  type DrivenCluster,
  type RealWorldOptions,
} from '../../../harness/cluster/realWorld.ts';
import { HarnessError } from '../../../harness/exit.ts';
import type { Op } from '../../../harness/history.ts';
import type { Command, Report, Run } from '../../../harness/world.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const node = nodeId(1);
const op: Op = { index: 0, timeNs: 0, process: 0, type: 'invoke', f: 'read', value: null };
const send: Command = {
  kind: 'send',
  id: 1,
  node,
  request: { method: 'GET', path: '/get/k' },
  timeoutMs: 60_000,
};
const finish: Command = { kind: 'finish' };

/** A run that answers each kind of report with fixed commands, and keeps the reports. */
class ScriptedRun implements Run {
  readonly reports: { report: Report; nowNs: number }[] = [];
  private readonly script: Partial<Record<Report['kind'], readonly Command[] | (() => readonly Command[])>>;

  constructor(script: ScriptedRun['script']) {
    this.script = script;
  }

  on(report: Report, nowNs: number): readonly Command[] {
    this.reports.push({ report, nowNs });
    const commands = this.script[report.kind] ?? [];
    return typeof commands === 'function' ? commands() : commands;
  }

  kinds(): string[] {
    return this.reports.map(({ report }) => report.kind);
  }
}

describe('a run in the real world', () => {
  let server: Server;
  let watcher: ClusterWatcher;
  let closed: number;
  let performed: unknown[];
  let cluster: DrivenCluster;
  let recorded: { op: Op; requests: number }[];
  let requests: number;

  beforeEach(async () => {
    closed = 0;
    requests = 0;
    performed = [];
    recorded = [];
    server = createServer((_, response) => {
      requests += 1;
      response.end('{"value":1}');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    cluster = {
      endpoint: () => ({ host: '127.0.0.1', port }),
      perform: (actions) => {
        performed.push(...actions);
        return Promise.resolve(['a problem']);
      },
      watch: (given) => (watcher = given),
      close: () => Promise.resolve(void (closed += 1)),
    };
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const drive = (run: Run, more: Partial<RealWorldOptions> = {}): ReturnType<typeof runInRealWorld> =>
    runInRealWorld({
      run,
      cluster,
      deadlineMs: 60_000,
      record: (given) => recorded.push({ op: given, requests }),
      ...more,
    });

  it('carries out what the run commands, and reports what came of it', async () => {
    const actions = [{ kind: 'kill', node }] as const;
    const run = new ScriptedRun({
      start: [{ kind: 'record', op }, send],
      outcome: [{ kind: 'perform', id: 7, actions }],
      performed: [finish],
    });
    const { interrupted, durationMs } = await drive(run);
    assert.deepEqual(
      run.reports.map(({ report }) => report),
      [
        { kind: 'start' },
        { kind: 'outcome', id: 1, outcome: { kind: 'answer', status: 200, body: { value: 1 } } },
        { kind: 'performed', id: 7, problems: ['a problem'] },
      ],
    );
    assert.deepEqual(performed, actions);
    assert.deepEqual(recorded, [{ op, requests: 0 }], 'an invocation is recorded before its request leaves');
    assert.equal(interrupted, false);
    assert.ok(durationMs > 0);
    const times = run.reports.map(({ nowNs }) => nowNs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.equal(closed, 0, 'a run that ended well leaves the cluster to its owner');
  });

  it('wakes the run not before the time it asked for, and only at the last one', async () => {
    const startedNs = 30_500_000;
    const run = new ScriptedRun({
      start: [
        { kind: 'wake', atNs: 5e6 },
        { kind: 'wake', atNs: startedNs },
      ],
      wake: [finish],
    });
    await drive(run);
    assert.deepEqual(run.kinds(), ['start', 'wake']);
    const wokenNs = run.reports[1]?.nowNs ?? 0;
    assert.ok(wokenNs >= startedNs && wokenNs < startedNs + 20e9, `woken at ${wokenNs}`);
  });

  it('wakes at once for a time that has passed', async () => {
    let count = 0;
    const run = new ScriptedRun({
      start: [{ kind: 'wake', atNs: 0 }],
      wake: () => (++count < 1_000 ? [{ kind: 'wake', atNs: 0 }] : [finish]),
    });
    await drive(run);
    assert.equal(count, 1_000);
  });

  it('tells of nodes that ended by themselves', async () => {
    const run = new ScriptedRun({ start: [{ kind: 'wake', atNs: 60e9 }], exited: [finish] });
    const ended = drive(run);
    watcher.onExited(node, 'exited with code 1');
    await ended;
    assert.deepEqual(run.reports[1]?.report, { kind: 'exited', node, why: 'exited with code 1' });
  });

  it('hands in an interrupt, once, and lets the run end', async () => {
    const stopping = new AbortController();
    const run = new ScriptedRun({ start: [{ kind: 'wake', atNs: 60e9 }], interrupt: [finish] });
    const ended = drive(run, { signal: stopping.signal });
    stopping.abort();
    assert.equal((await ended).interrupted, true);
    assert.deepEqual(run.kinds(), ['start', 'interrupt']);
  });

  it('interrupts a run that does not finish in time, and gives it up when that does not help', async () => {
    const run = new ScriptedRun({ start: [{ kind: 'wake', atNs: 60e9 }] });
    await assert.rejects(drive(run, { deadlineMs: 30, interruptGraceMs: 30 }), (error: unknown) => {
      assert.ok(error instanceof HarnessError);
      assert.match(error.message, /not finished after 30 ms\) did not end within 30 ms of its interruption/);
      return true;
    });
    assert.deepEqual(run.kinds(), ['start', 'interrupt']);
    assert.equal(closed, 1);
  });

  it('gives up a run that waits for nothing', async () => {
    await assert.rejects(drive(new ScriptedRun({ start: [] })), /waits for nothing/);
    assert.equal(closed, 1);
  });

  it('closes the cluster when the run throws, the history cannot be written, or the cluster fails', async () => {
    const thrower: Run = {
      on: () => {
        throw new Error('a defect');
      },
    };
    await assert.rejects(drive(thrower), /a defect/);
    const recorder = new ScriptedRun({ start: [{ kind: 'record', op }] });
    const record = (): void => {
      throw new Error('disk full');
    };
    await assert.rejects(drive(recorder, { record }), /disk full/);
    const waiting = drive(new ScriptedRun({ start: [{ kind: 'wake', atNs: 60e9 }] }));
    watcher.onFailed(new HarnessError('the supervisor died'));
    await assert.rejects(waiting, /the supervisor died/);
    cluster.perform = () => Promise.reject(new HarnessError('no answer'));
    const performer = new ScriptedRun({ start: [{ kind: 'perform', id: 1, actions: [] }] });
    await assert.rejects(drive(performer), /no answer/);
    assert.equal(closed, 4);
  });

  it('reports no more after the end', async () => {
    const run = new ScriptedRun({ start: [send, finish] });
    await drive(run);
    watcher.onExited(node, 'late');
    assert.deepEqual(run.kinds(), ['start']);
  });
});
