import assert from 'node:assert/strict';
import {
  leaderText,
  progressText,
  renderLive,
  type LiveState,
  type Paint,
} from '../../../harness/cli/liveLines.ts';
import { LiveView, type LiveStream } from '../../../harness/cli/liveView.ts';
import type { RunConfig } from '../../../harness/config.ts';
import type { Op } from '../../../harness/history.ts';
import type { RunView } from '../../../harness/runView.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { syntheticRun } from '../../reports/syntheticRun.ts';

const { config } = syntheticRun({ seed: 42, operations: 0, seconds: 30, faults: true, staleRead: false });

function viewAt(elapsedMs: number, more: Partial<RunView> = {}): RunView {
  return {
    phase: 'faults',
    elapsedMs,
    remainingMs: Math.max(0, 30_000 - elapsedMs),
    operations: { ok: Math.round(elapsedMs / 2), fail: 3, info: 1, open: 9 },
    latencyMs: { p50: 2.1, p99: 31 },
    activeFaults: [],
    leader: nodeId(3),
    term: 7,
    probes: {},
    warnings: [],
    ...more,
  };
}

const partition: RunView['activeFaults'][number] = {
  entry: 1,
  fault: 'partition',
  description: 'partition isolate-leader n3 (hold)',
  sinceMs: 11_000,
};

function stateOf(view: RunView, more: Partial<LiveState> = {}): LiveState {
  return { config, view, rates: { ok: 493, fail: 2, info: 0 }, events: [], note: null, ...more };
}

class FakeStream implements LiveStream {
  readonly columns = 90;
  readonly isTTY: boolean;
  text = '';
  failure: Error | null = null;
  private readonly listeners: ((error: Error) => void)[] = [];

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    if (this.failure) throw this.failure;
    this.text += text;
    return true;
  }

  on(_: 'error', listener: (error: Error) => void): void {
    this.listeners.push(listener);
  }

  break(error: Error): void {
    for (const listener of this.listeners) listener(error);
  }
}

const start: Op = {
  index: 4,
  timeNs: 11e9,
  process: 'nemesis',
  type: 'info',
  f: 'start-partition',
  value: { entry: 1, target: 'leader', shape: 'isolate-leader', mode: 'hold', nodes: ['n3'] },
};

function conducted(stream: FakeStream, work: (live: LiveView) => void): string {
  const live = new LiveView(config satisfies RunConfig, stream);
  live.start();
  work(live);
  live.stop();
  live.stop();
  return stream.text;
}

describe('the live block', () => {
  it('shows time, phase, rates, totals, latency, leader and faults', () => {
    const state = stateOf(viewAt(12_000, { activeFaults: [partition] }));
    assert.deepEqual(renderLive(state, 100), [
      'raft · register · 5 nodes · seed 42 · faults',
      '━━━━━━━━━━━━━━━━────────────────────────' + ' 12.0 s of 30 s, 18.0 s left',
      'ok 6,000 (493/s)  fail 3 (2/s)  info 1 (0/s)  open 9  p50 2.1 ms  p99 31 ms',
      'leader n3 (term 7)  faults: partition isolate-leader n3 (hold) for 1.0 s',
    ]);
  });

  it('is never wider than the terminal', () => {
    const long = viewAt(1, {
      activeFaults: Array.from({ length: 9 }, () => partition),
      warnings: ['w'.repeat(500)],
    });
    for (const columns of [1, 20, 60, 100, 300])
      for (const line of renderLive(stateOf(long, { events: ['e'.repeat(400)] }), columns))
        assert.ok([...line].length <= Math.max(10, columns - 1), `${columns}: ${line}`);
  });

  it('keeps its text whatever the styles', () => {
    const brackets: Paint = (style, text) => `<${style}>${text}</${style}>`;
    const state = stateOf(viewAt(12_000));
    const styled = renderLive(state, 100, brackets);
    assert.notDeepEqual(styled, renderLive(state, 100));
    assert.deepEqual(
      styled.map((line) => line.replace(/<[^>]*>/g, '')),
      renderLive(state, 100),
    );
  });

  it('passes no escape sequence of a node on to the terminal', () => {
    const warnings = ['n2 exited: \u001b]0;owned\u0007\u001b[2J'];
    assert.doesNotMatch(renderLive(stateOf(viewAt(1, { warnings })), 200).join(''), /\p{Cc}/u);
  });

  it('says so when nobody leads, and when nothing was answered yet', () => {
    assert.equal(leaderText({ leader: null, term: null }), 'no leader known');
    const lines = renderLive(stateOf(viewAt(1, { leader: null, latencyMs: null })), 100).join('\n');
    assert.match(lines, /no latency yet/);
    assert.doesNotMatch(progressText(stateOf(viewAt(1, { latencyMs: null }))), /p50/);
  });
});

describe('the live view in a terminal', () => {
  it('hides the cursor while it runs and shows it again, once', () => {
    const text = conducted(new FakeStream(true), (live) => live.onView(viewAt(1_000)));
    assert.ok(text.startsWith('\u001b[?25l'));
    assert.ok(text.endsWith('\u001b[?25h'));
    assert.equal(text.split('\u001b[?25h').length, 2);
  });

  it('restores the cursor when the process exits in the middle', () => {
    const before = process.listenerCount('exit');
    const live = new LiveView(config, new FakeStream(true));
    live.start();
    assert.equal(process.listenerCount('exit'), before + 1);
    live.stop();
    assert.equal(process.listenerCount('exit'), before);
  });

  it('repaints at most ten times a second', () => {
    const text = conducted(new FakeStream(true), (live) => {
      for (let at = 0; at < 1_000; at++) live.onView(viewAt(at));
    });
    assert.ok(text.split('raft · register').length - 1 <= 10);
  });

  it('writes no colours to a stream that has none', () => {
    const text = conducted(new FakeStream(true), (live) => live.onView(viewAt(1_000)));
    assert.doesNotMatch(text, /\u001b\[[\d;]*m/);
  });
});

describe('the live view elsewhere', () => {
  it('writes one line for each change of phase, fault and leader', () => {
    const text = conducted(new FakeStream(false), (live) => {
      live.onView(viewAt(100, { phase: 'warm-up' }));
      live.onView(viewAt(2_000));
      live.onRecord({ ...start, process: 3, type: 'ok', f: 'read', value: 1 });
      live.onRecord(start);
      live.onView(viewAt(4_000, { leader: nodeId(4), term: 8 }));
      live.note('checking the history');
    });
    assert.deepEqual(text.split('\n'), [
      '[   0.1 s] phase warm-up',
      '[   2.0 s] phase faults',
      '[  11.0 s] start-partition isolate-leader n3 (hold)',
      '[   4.0 s] leader n4 (term 8)',
      'checking the history',
      '',
    ]);
  });

  it('writes a progress line every five seconds, with the rate of the last two', () => {
    const text = conducted(new FakeStream(false), (live) => {
      for (let at = 0; at <= 11_000; at += 100) live.onView(viewAt(at));
    });
    assert.deepEqual(text.split('\n').slice(1, -1), [
      '[   5.0 s] faults: 2,500 ok (500/s), 3 fail, 1 info; p50 2.1 ms, p99 31 ms',
      '[  10.0 s] faults: 5,000 ok (500/s), 3 fail, 1 info; p50 2.1 ms, p99 31 ms',
    ]);
  });

  it('writes no control characters, not even those of a node', () => {
    const text = conducted(new FakeStream(false), (live) => {
      live.onView(viewAt(1));
      live.onRecord({ ...start, f: 'node-exited', value: { node: 'n2', why: '\u001b[31m\r\n' } });
    });
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    assert.match(text, /node-exited n2: \\u\{1b\}\[31m/);
  });
});

describe('the live view on a closed pipe', () => {
  for (const isTTY of [true, false]) {
    it(`is silent and throws nothing (${isTTY ? 'terminal' : 'pipe'})`, () => {
      const stream = new FakeStream(isTTY);
      const epipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
      conducted(stream, (live) => {
        live.onView(viewAt(0));
        stream.failure = epipe;
        live.onView(viewAt(9_000, { leader: null }));
        live.note('the final reads');
        stream.failure = null;
        stream.text = '';
        live.onRecord(start);
        live.note('checking the history');
      });
      assert.equal(stream.text, '');

      const late = new FakeStream(isTTY);
      conducted(late, (live) => {
        late.break(epipe);
        live.onView(viewAt(0));
      });
      assert.doesNotMatch(late.text, /raft|phase/);
    });
  }
});
