import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderReport, type ReportInput } from '../../reports/report.tsx';
import { hostileRun } from './hostileRun.ts';
import { syntheticRun } from './syntheticRun.ts';

const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin'];
const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => folders.map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

/** The page after its script has run, and what it complained about. */
function opened(
  input: ReportInput,
  change: (html: string) => string = (html) => html,
): { dom: string; complaints: string[] } {
  assert.ok(chromium);
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-report-'));
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, change(renderReport(input)));
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-dev-shm-usage',
    ];
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const { stdout, stderr, status } = spawnSync(
      chromium,
      [
        ...flags,
        ...quiet,
        profile,
        '--window-size=1400,2000',
        '--enable-logging=stderr',
        '--dump-dom',
        `file://${file}`,
      ],
      { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
    );
    assert.equal(status, 0, stderr);
    return { dom: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs in the page, without its policy: drags over a fifth of the stack, then points at the middle of a crowd. */
const drag = `() => {
  const stack = document.getElementById('stack'), root = document.documentElement;
  const canvas = stack.querySelector('canvas'), box = canvas.getBoundingClientRect();
  stack.setPointerCapture = () => {};
  const send = (target, type, share, y) => target.dispatchEvent(new PointerEvent(type, {
    bubbles: true, button: 0, pointerId: 1, pointerType: 'mouse', clientX: box.left + share * box.width, clientY: y ?? box.top + 10,
  }));
  const steps = [root.dataset.drawn];
  send(stack, 'pointerdown', 0.4); send(stack, 'pointermove', 0.5); send(stack, 'pointerup', 0.6);
  steps.push(root.dataset.drawn);
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  steps.push(root.dataset.drawn);
  const tip = document.querySelector('.tip');
  for (let y = box.top; y < box.bottom && (y === box.top || tip.hidden); y += 4) send(canvas, 'pointermove', 0.05, y);
  root.dataset.drag = steps.join(' ') + ' ' + tip.textContent;
}`;

function drawnIn(dom: string): number {
  return Number(/<html[^>]* data-drawn="(\d+)"/.exec(dom)?.[1] ?? NaN);
}

describe('the page in a browser', () => {
  before(function () {
    if (chromium !== undefined) return;
    process.stderr.write('missing system package: chromium (apt-get install chromium)\n');
    this.skip();
  });

  it('draws every operation, without a complaint', () => {
    const run = syntheticRun({ seed: 7, operations: 5_000, seconds: 20, faults: true, staleRead: true });
    const { dom, complaints } = opened(run);
    assert.deepEqual(complaints, []);
    assert.equal(drawnIn(dom), run.history.filter(({ type }) => type === 'invoke').length);
    assert.match(dom, /<html[^>]* class="scripted"/);
  });

  it('zooms by dragging, and back with Escape; names the operation under the pointer', () => {
    const run = syntheticRun({ seed: 7, operations: 2_500, seconds: 20, faults: true, staleRead: true });
    const { dom, complaints } = opened(run, (html) =>
      html.replace(/<meta http-equiv[^>]*>/, '').replace('</body>', `<script>(${drag})()</script></body>`),
    );
    assert.deepEqual(complaints, []);
    const [, all, zoomed, back, tip] = /data-drag="(\d+) (\d+) (\d+) ([^"]*)"/.exec(dom) ?? [];
    assert.equal(Number(all), 2_500);
    assert.ok(Number(zoomed) > 100 && Number(zoomed) < 1_000, `${zoomed} of ${all} drawn`);
    assert.equal(back, all);
    assert.match(tip ?? '', /^(read|write|cas) k\d: (ok|fail|info|open)event \d+ · n\d/);
  });

  it('runs nothing that hostile text brings along', () => {
    const { dom, complaints } = opened(hostileRun());
    assert.deepEqual(complaints, []);
    assert.ok(drawnIn(dom) > 0);
    assert.equal(dom.match(/<script/g)?.length, 3);
  });

  it('would be stopped by its policy if something did get through', () => {
    const run = syntheticRun({ seed: 8, operations: 50, seconds: 1, faults: false, staleRead: false });
    const smuggled = '<script>document.documentElement.dataset.smuggled = "1"</script>';
    const { dom, complaints } = opened(run, (html) => html.replace('<main>', `${smuggled}<main>`));
    assert.ok(!dom.includes('data-smuggled'));
    assert.match(complaints.join('\n'), /Content Security Policy/);
  });
});
