import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { faults } from '../../harness/faults/index.ts';
import { left } from '../../reports/plots/frame.tsx';
import { renderReport } from '../../reports/report.tsx';
import { attacks, hostileRun } from './hostileRun.ts';
import { decoded, outlineOf } from './outline.ts';
import { syntheticRun } from './syntheticRun.ts';

const valid = syntheticRun({ seed: 1, operations: 300, seconds: 10, faults: true, staleRead: false });
const invalid = syntheticRun({ seed: 2, operations: 300, seconds: 10, faults: true, staleRead: true });
const empty = syntheticRun({ seed: 3, operations: 0, seconds: 1, faults: false, staleRead: false });

/** Compares with a file that a person reviews; REWRITE=1 replaces it. */
function assertGolden(name: string, actual: string): void {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  if (process.env['REWRITE'] === '1') writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}

function scriptsOf(html: string): { attributes: string; text: string }[] {
  return [...html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)].map(([, attributes = '', text = '']) => ({
    attributes,
    text,
  }));
}

describe('the report of a run', () => {
  it('has the panels of a run without violations', () =>
    assertGolden('valid', outlineOf(renderReport(valid))));

  it('has the counterexample of a run with a violation', () =>
    assertGolden('invalid', outlineOf(renderReport(invalid))));

  it('is the same for the same run', () => assert.equal(renderReport(invalid), renderReport(invalid)));

  it('never calls a run correct', () => {
    for (const run of [valid, invalid, empty]) assert.doesNotMatch(renderReport(run), /\bcorrect\b/i);
    assert.match(renderReport(valid), /<h1>No violation found in \d+ operations<\/h1>/);
  });

  it('names the judged guarantee that is violated, and shows the repro command', () => {
    const html = renderReport(invalid);
    assert.match(html, /<h1>Not linearizable<\/h1>/);
    assert.ok(decoded(html).includes(invalid.results.repro));
  });

  it('names the check that failed where all judged guarantees stand, and none that nobody asked for', () => {
    const { results } = invalid;
    const anomalies = results.checkers['linearizable']?.anomalies ?? [];
    const further = {
      ...results.guarantee,
      judged: ['no-lost-writes'] as const,
      violated: ['linearizable'] as const,
    };
    const checkers = { 'set-full': { valid: false, anomalies, stats: {} } as const };
    const html = renderReport({ ...invalid, results: { ...results, guarantee: further, checkers } });
    assert.match(html, /<h1>Violated: set-full<\/h1>/);
    assert.match(html, /<title>Violated: set-full · /);
  });

  it('says what is claimed, what stands for it, and the figures that the run shows', () => {
    const { results } = valid;
    const guarantee = { ...results.guarantee, judged: [], instead: { linearizable: ['leader-terms'] } };
    const figures = { convergedMs: 1234, lost: 0, staleReads: { stale: 2, reads: 31 } };
    const facts = (run: typeof valid): string =>
      /<dl class="facts">([^]*?)<\/dl>/.exec(renderReport(run))?.[1] ?? '';
    const shown = facts({ ...valid, results: { ...results, guarantee, figures } });
    for (const [name, value] of [
      ['claim', 'linearizable and strict-serializable'],
      ['judged against', 'leader-terms'],
      ['nodes agreed after', '1,234 ms'],
      ['writes lost', 'none'],
      ['stale reads', '2 of 31'],
    ] as const)
      assert.ok(shown.includes(`<dt>${name}</dt><dd>${value}</dd>`), `${name}: ${shown}`);
    const nothing = { convergedMs: null, lost: null, staleReads: null };
    assert.doesNotMatch(facts({ ...valid, results: { ...results, figures: nothing } }), /agreed|lost|stale/);
    const whyNot = { lost: 'no operation succeeded' };
    const untold = {
      ...results,
      guarantee: { ...guarantee, claimHeld: false },
      figures: { ...nothing, whyNot },
    };
    assert.match(
      facts({ ...valid, results: untold }),
      /strict-serializable<small> it was violated<\/small>.*<dt>writes lost<\/dt><dd>not told<small> no operation succeeded</,
    );
  });

  it('has room for the name of every fault at the left of its plots', () => {
    const charWidth = 7.2; // of 12.5px
    for (const { name, plot } of faults) assert.ok(plot.label.length * charWidth + 8 <= left, name);
  });

  it('says why a run is undecided', () => {
    const html = renderReport({
      ...valid,
      results: { ...valid.results, valid: 'unknown', reasons: ['the budget was used up'] },
    });
    assert.match(html, /<h1>Undecided<\/h1><p class="story">The budget was used up\.</);
  });

  it('outlines the operations that prove the violation, and marks the one that no order explains', () => {
    const html = renderReport(invalid);
    // Once in the minimal sub-history, once among what surrounds it.
    assert.equal(html.match(/class="bar ok offending culprit"/g)?.length, 2);
    assert.ok((html.match(/class="bar ok offending"/g)?.length ?? 0) >= 1);
    assert.match(html, /<tr class="impossible"><td>✗<\/td>/);
  });

  it('draws the minimal sub-history alone, and says that it is enough', () => {
    const html = renderReport(invalid);
    const [, minimal = ''] =
      /<h4>These 2 operations alone fail the same check<\/h4>([^]*?)<h4>In the run/.exec(html) ?? [];
    assert.equal(minimal.match(/class="bar-body"/g)?.length, 2);
    assert.match(minimal, /Minimal sub-history of violation 1/);
    const { checkers } = invalid.results;
    const anomalies =
      checkers['linearizable']?.anomalies.map((anomaly) => ({ ...anomaly, minimal: [] })) ?? [];
    const without = { linearizable: { valid: false as const, anomalies, stats: {} } };
    const plain = renderReport({ ...invalid, results: { ...invalid.results, checkers: without } });
    assert.doesNotMatch(plain, /<h4>/);
  });

  it('says of every level what became of it, and from which it follows', () => {
    const html = decoded(renderReport(invalid));
    assert.match(html, /✗ strict-serializable<small> needs linearizable/);
    assert.match(html, /✓ ccv<small> follows from sequential/);
    assert.match(html, /\? regular</);
    assert.match(html, /<dt>strongest that held<\/dt><dd>sequential/);
  });

  it('shows beside its check alone what refutes a level that nobody asked for', () => {
    const { checkers } = invalid.results;
    const [anomaly] = checkers['linearizable']?.anomalies ?? [];
    assert.ok(anomaly);
    const regular = {
      valid: false as const,
      anomalies: [{ ...anomaly, explanation: 'It was stale.' }, anomaly],
      stats: {},
    };
    const html = renderReport({
      ...invalid,
      results: { ...invalid.results, checkers: { ...checkers, regular } },
    });
    assert.equal(html.match(/<article /g)?.length, 1);
    assert.match(html, /<p>2 violations, the first: It was stale\.<\/p>/);
  });

  it('says how far a check held that knows no legal order', () => {
    const heldUntil = { valid: false as const, anomalies: [], stats: {}, heldUntil: 5 };
    const fromTheFirst = { ...heldUntil, heldUntil: -1 };
    const checkers = { ccv: heldUntil, pram: fromTheFirst };
    const html = renderReport({ ...invalid, results: { ...invalid.results, checkers } });
    assert.match(html, /It held until event 5, at \d/);
    assert.match(html, /It failed from the first event/);
  });

  it('shows a violation once that several checkers found', () => {
    const { checkers } = invalid.results;
    const found = checkers['linearizable'];
    assert.ok(found);
    const html = renderReport({
      ...invalid,
      results: {
        ...invalid.results,
        guarantee: { ...invalid.results.guarantee, judged: ['linearizable', 'strict-serializable'] },
        checkers: { ...checkers, 'strict-serializable': found },
      },
    });
    assert.equal(html.match(/<article /g)?.length, 1);
    assert.match(html, /Found by linearizable and strict-serializable\./);
  });

  it('counts what it does not show', () => {
    const [anomaly] = invalid.results.checkers['linearizable']?.anomalies ?? [];
    assert.ok(anomaly);
    const anomalies = Array.from({ length: 60 }, (_, at) => ({ ...anomaly, explanation: `number ${at}` }));
    const html = renderReport({
      ...invalid,
      results: { ...invalid.results, checkers: { linearizable: { valid: false, anomalies, stats: {} } } },
    });
    assert.match(html, /Showing 5 of 60 violations/);
    assert.match(html, /Showing 50 of 60; results\.json has them all/);
  });

  it('renders an empty history', () => {
    assert.match(renderReport(empty), /There are no operations to draw/);
  });

  it('renders a history that cannot be paired, and says so', () => {
    const [first] = valid.history;
    assert.ok(first);
    const html = renderReport({ ...valid, history: [{ ...first, type: 'ok' }] });
    assert.match(html, /cannot be paired.*event 0/);
  });

  it('renders anomalies whose events are not in the history', () => {
    assert.match(renderReport({ ...invalid, history: [] }), /not among the operations of this history/);
  });
});

describe('a page made of hostile text', () => {
  const html = renderReport(hostileRun());
  const outside = html.replace(/<style>[^]*?<\/style>/, '').replace(/<script[^]*?<\/script>/g, '');

  it('has no elements and no attributes but its own', () => {
    const elements = new Set(
      [...outside.matchAll(/<([a-z][\w-]*)/gi)].map(([, name = '']) => name.toLowerCase()),
    );
    for (const element of ['script', 'img', 'iframe', 'object', 'base', 'form', 'foreignobject'])
      assert.ok(!elements.has(element), `<${element}> got through`);
    assert.deepEqual(
      [...outside.replace(/="[^"]*"/g, '=""').matchAll(/<[a-z][^<>]*\s(on\w+|srcdoc|style)=/gi)].map(
        ([match]) => match,
      ),
      [],
    );
  });

  it('shows every attack as text', () => {
    const text = decoded(outside);
    for (const attack of attacks.slice(0, 6)) assert.ok(text.includes(attack), attack);
  });

  it('spells out what is invisible, changes the direction of reading or is half a character', () => {
    // Line feeds are the page's own.
    const hidden = html.replaceAll('\n', '').match(/.{0,40}[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    assert.equal(hidden, null);
    for (const escape of [
      '\\u{2028}',
      '\\u{2029}',
      '\\u{202e}',
      '\\u{200f}',
      '\\u{d800}',
      '\\u{dc00}',
      '\\u{0}',
      '\\u{1b}',
    ])
      assert.ok(html.includes(escape), escape);
  });

  it('cuts long values and says how much is missing', () => {
    assert.match(html, /x{60}… 4,9\d\d more characters/);
    assert.ok(!html.includes('x'.repeat(4001)));
    assert.ok(html.length < 400_000);
  });

  it('has exactly its three script elements, two of them data', () => {
    const scripts = scriptsOf(html);
    assert.deepEqual(
      scripts.map(({ attributes }) => attributes),
      [' type="application/json" id="tables"', ' type="application/octet-stream" id="columns"', ''],
    );
    const [tables, columns] = scripts;
    assert.ok(Array.isArray((JSON.parse(tables?.text ?? '') as { keys: unknown }).keys));
    assert.doesNotMatch(tables?.text ?? '<', /</);
    assert.match(columns?.text ?? '-', /^[A-Za-z0-9+/=]*$/);
  });
});

describe('the content security policy', () => {
  const html = renderReport(valid);
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html) ?? [];
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

  it('comes before everything that it governs', () => {
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<style>'));
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<script'));
  });

  it('allows nothing but the one script and the one style sheet of the page', () => {
    const script = scriptsOf(html).find(({ attributes }) => attributes === '')?.text ?? '';
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(html) ?? [];
    assert.equal(
      policy,
      `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  it('has nothing to forbid: no address of a network anywhere', () => {
    const addresses = [...html.matchAll(/(?:src|href|action|url\()\s*=?\s*["']?([^"'\s>)]*)/gi)].map(
      ([, address = '']) => address,
    );
    assert.deepEqual(
      addresses.filter((address) => /^(?:[a-z]+:)?\/\//i.test(address) || /^(?!data:)[a-z]+:/i.test(address)),
      [],
    );
  });
});

describe('the budget of a page', () => {
  it('is at most two megabytes for a hundred thousand operations', () => {
    const run = syntheticRun({ seed: 4, operations: 100_000, seconds: 200, faults: true, staleRead: true });
    const html = renderReport(run);
    assert.ok(run.history.length > 190_000);
    assert.ok(Buffer.byteLength(html) <= 2_000_000, `${Buffer.byteLength(html)} bytes`);
  });

  it('is at most a second for thirty thousand operations', () => {
    const run = syntheticRun({ seed: 5, operations: 30_000, seconds: 60, faults: true, staleRead: true });
    // Processor time: whatever else the machine does must not fail this.
    const started = process.cpuUsage();
    renderReport(run);
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`);
  });

  it('is at most twenty kilobytes of script', () => {
    const sizes = scriptsOf(renderReport(valid)).map(({ attributes, text }) =>
      attributes === '' ? text.length : 0,
    );
    assert.ok(Math.max(...sizes) > 0 && Math.max(...sizes) <= 20_000, `${Math.max(...sizes)} bytes`);
  });
});
