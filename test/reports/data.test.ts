import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Op } from '../../harness/history.ts';
import { anomaliesOf, culpritOf } from '../../reports/data/anomalies.ts';
import { bandsOf } from '../../reports/data/bands.ts';
import { columnsOf, outcomeCodes } from '../../reports/data/columns.ts';
import { describeOperation, labelOf } from '../../reports/data/describe.ts';
import { duration, percent, words } from '../../reports/data/format.ts';
import { legalRowsOf } from '../../reports/data/legalSteps.ts';
import { marksMax, sampled } from '../../reports/data/sample.ts';
import { beginning, legible, visible } from '../../reports/data/text.ts';
import { viewOf } from '../../reports/data/view.ts';
import { minimalWindowOf, shownMax, violationWindowOf } from '../../reports/data/violationWindow.ts';
import { quantile, windowsOf } from '../../reports/data/windows.ts';
import { base64 } from '../../reports/page/base64.ts';
import { embeddedJson } from '../../reports/page/document.ts';
import { dark, light, type Theme } from '../../reports/page/palette.ts';
import { sha256 } from '../../reports/page/sha256.ts';
import { layOut } from '../../reports/plots/lanes.ts';
import { syntheticRun } from './syntheticRun.ts';

const parameters = { seed: 20260101, numRuns: 200 };
const run = syntheticRun({ seed: 9, operations: 6_000, seconds: 20, faults: true, staleRead: true });
const view = viewOf(run);

const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\p{Co}]/u;

describe('visible text', () => {
  it('is cut in pictures without a word about the rest, and never within a character', () => {
    assert.equal(beginning('abc', 3), 'abc');
    assert.equal(beginning('abcd', 3), 'abc…');
    assert.equal(beginning('ab😀d', 3), 'ab…');
    assert.equal(visible('abcd', 3), 'abc… 1 more characters');
  });

  it('keeps lines and tabs for a terminal, and nothing else that is not seen', () => {
    const text = 'a\tb\r\nc\u001b[2J\u009b31m\u202e\r\u007f';
    assert.equal(legible(text), 'a\tb\nc\\u{1b}[2J\\u{9b}31m\\u{202e}\\u{d}\\u{7f}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => !unseen.test(legible(any).replace(/[\n\t]/g, ''))),
      parameters,
    );
  });

  it('has only characters that are seen, whatever went in', () => {
    fc.assert(
      fc.property(
        fc.uint16Array({ maxLength: 60 }).map((units) => String.fromCharCode(...units)),
        fc.integer({ min: 1, max: 60 }),
        (text, lengthMax) => {
          assert.doesNotMatch(visible(text, lengthMax), unseen);
        },
      ),
      parameters,
    );
  });

  it('leaves ordinary text as it is', () =>
    assert.equal(visible('naïve 東京 🙂 "a" <b>'), 'naïve 東京 🙂 "a" <b>'));

  it('cuts between characters, never inside one', () =>
    assert.equal(visible('a🙂b', 2), 'a… 3 more characters'));
});

describe('embedded JSON', () => {
  it('is the same value, and cannot end its element', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const embedded = embeddedJson({ text: `</script>${text}` });
        assert.doesNotMatch(embedded, /[<\u2028\u2029]/);
        assert.deepEqual(JSON.parse(embedded), { text: `</script>${text}` });
      }),
      parameters,
    );
  });
});

describe('SHA-256 and base64', () => {
  it('agree with the platform', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        assert.equal(base64(sha256(text)), createHash('sha256').update(text).digest('base64'));
      }),
      parameters,
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) =>
        assert.equal(base64(bytes), Buffer.from(bytes).toString('base64')),
      ),
      parameters,
    );
  });
});

describe('fault bands', () => {
  const nemesis = (timeNs: number, f: string, value: Op['value']): Op => ({
    index: timeNs,
    timeNs,
    process: 'nemesis',
    type: 'info',
    f,
    value,
  });

  it('reach from the start of an entry to its stop, also when entries of one fault overlap', () => {
    const bands = bandsOf(
      [
        nemesis(1, 'start-kill', { entry: 1, target: 'one', nodes: ['n1'] }),
        nemesis(2, 'start-kill', { entry: 2, target: 'leader', nodes: ['n2'] }),
        nemesis(3, 'stop-kill', { entry: 1 }),
        nemesis(5, 'stop-kill', { entry: 2 }),
      ],
      9,
    );
    assert.deepEqual(
      bands.map(({ label, fromNs, toNs }) => [label, fromNs, toNs]),
      [
        ['one n1', 1, 3],
        ['leader n2', 2, 5],
      ],
    );
  });

  it('end with the healing, or with the history', () => {
    const start = nemesis(1, 'start-pause', { entry: 1 });
    assert.equal(bandsOf([start, nemesis(4, 'heal', {})], 9)[0]?.toNs, 4);
    assert.equal(bandsOf([start], 9)[0]?.toNs, 9);
  });

  it('show a node that ended by itself, but no fault that had no target', () => {
    const bands = bandsOf(
      [
        nemesis(1, 'unavailable-kill', { entry: 1, why: 'x' }),
        nemesis(2, 'node-exited', { node: 'n3', why: 'y' }),
      ],
      9,
    );
    assert.deepEqual(
      bands.map(({ fault, label }) => [fault, label]),
      [['exited', 'n3']],
    );
  });
});

describe('columns', () => {
  it('hold every operation: decoding gives back times, events, keys, nodes and outcomes', () => {
    const { bytes, count, keys, nodes, fs } = columnsOf(view.operations);
    let at = 0;
    const read = (): number => {
      let [value, unit] = [0, 1];
      for (;;) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 127) * unit;
        unit *= 128;
        if (byte < 128) return value;
      }
    };
    let [startUs, index] = [0, 0];
    for (const { operation, startNs, endNs, outcome, index: expected } of view.operations) {
      startUs += read();
      assert.equal(startUs, Math.round(startNs / 1e3));
      assert.equal(read(), Math.round((endNs - startNs) / 1e3));
      index += read();
      assert.equal(index, expected);
      assert.equal(keys[read()], operation.invocation.key);
      assert.equal(nodes[read()], operation.completion?.node ?? operation.invocation.node);
      const code = read();
      assert.equal(outcomeCodes[code & 3], outcome);
      assert.equal(fs[code >> 2], operation.invocation.f);
    }
    assert.equal(at, bytes.length);
    assert.equal(count, view.operations.length);
  });

  it('name at most five hundred keys', () => {
    const [first] = view.operations;
    assert.ok(first);
    const many = Array.from({ length: 2_000 }, (_, at) => ({
      ...first,
      operation: { invocation: { ...first.operation.invocation, key: `key-${at}` } },
    }));
    const { keys } = columnsOf(many);
    assert.equal(keys.length, 500);
    assert.equal(keys.at(-1), 'other');
  });
});

describe('the sample of marks', () => {
  it('is everything when there is room, else at most what there is room for', () => {
    assert.equal(sampled(view.operations.slice(0, 50), view.endNs, new Set()).length, 50);
    assert.ok(view.operations.length > marksMax);
    const chosen = sampled(view.operations, view.endNs, new Set());
    assert.ok(chosen.length <= marksMax && chosen.length > marksMax * 0.9);
  });

  it('keeps what it was asked to keep, and the slowest operation', () => {
    const kept = view.operations.slice(100, 105);
    const slowest = view.operations.reduce((a, b) => (b.endNs - b.startNs > a.endNs - a.startNs ? b : a));
    const chosen = new Set(sampled(view.operations, view.endNs, new Set(kept)));
    for (const operation of [...kept, slowest]) assert.ok(chosen.has(operation));
  });
});

describe('windows', () => {
  it('count every completed operation once', () => {
    const windows = windowsOf(view.operations, view.endNs);
    const total = windows.reduce((sum, { ok, fail, info }) => sum + ok + fail + info, 0);
    assert.equal(total, view.operations.filter(({ outcome }) => outcome !== 'open').length);
    assert.ok(windows.length <= 81);
  });

  it('take quantiles by nearest rank', () => {
    const ascending = Float64Array.from([1, 2, 3, 4]);
    assert.deepEqual(
      [0, 0.5, 0.51, 1].map((share) => quantile(ascending, share)),
      [1, 2, 3, 4],
    );
    assert.equal(quantile(new Float64Array(), 0.5), null);
  });
});

describe('lanes', () => {
  it('keep the order of all events, so that bars overlap exactly when operations did', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: view.operations.length - 20 }), (from) => {
        const operations = view.operations.slice(from, from + 14);
        const { bars } = layOut(operations, { widthMin: 900, barWidthMin: 18, labelWidth: () => 100 });
        for (const a of bars) {
          for (const b of bars) {
            const ended = a.operation.operation.completion;
            if (a.unending || !ended) continue;
            assert.equal(ended.index < b.operation.index, a.to < b.from);
          }
        }
      }),
      parameters,
    );
  });

  it('leave room for labels within a lane', () => {
    const { bars } = layOut(view.operations.slice(0, 40), {
      widthMin: 900,
      barWidthMin: 18,
      labelWidth: () => 100,
    });
    for (const a of bars)
      for (const b of bars) if (a.lane === b.lane && a.from < b.from) assert.ok(b.from - a.from >= 100);
  });
});

describe('the longest legal order', () => {
  const [found] = anomaliesOf(view);
  assert.ok(found);

  it('shows steps that look the same as one row, and the last rows only', () => {
    const polled = view.operations.filter(({ operation }) => operation.invocation.f === 'read').slice(0, 3);
    const [read] = polled;
    assert.ok(read);
    const prefix = [...Array.from({ length: 5 }, () => read), ...polled].map(({ index }) => ({
      op: index,
      state: '1',
    }));
    const rows = legalRowsOf(view, { ...found, anomaly: { ...found.anomaly, prefix } });
    assert.deepEqual([rows[0]?.from, rows[0]?.to, rows.at(-1)?.to], [1, 6, 8]);
    assert.ok((found.anomaly.prefix?.length ?? 0) > 14);
    assert.equal(legalRowsOf(view, found).length, 14);
  });

  it('stands beside a picture of a few operations of several processes, the offending ones among them', () => {
    const { shown, offending, culprit } = violationWindowOf(view, found);
    assert.ok(shown.length > offending.size && shown.length <= shownMax);
    assert.ok(culprit !== undefined && offending.has(culprit));
    for (const operation of found.offending) assert.ok(shown.includes(operation));
    assert.ok(new Set(shown.map(({ operation }) => operation.invocation.process)).size >= 3);
  });

  it('has no place for the culprit', () => {
    const culprit = culpritOf(found);
    assert.ok(!found.anomaly.prefix?.some(({ op }) => op === culprit?.index));
  });

  it('marks the same culprit in the minimal sub-history, whatever ended after it there', () => {
    const culprit = culpritOf(found);
    assert.ok(culprit);
    const later = view.operations.filter(({ endNs, outcome }) => outcome === 'ok' && endNs > culprit.endNs);
    const minimal = [...found.offending, ...later.slice(0, 2)];
    assert.equal(minimalWindowOf({ ...found, minimal })?.culprit, culprit);
  });

  it('is not needed to tell the culprit: without it that is what was answered last', () => {
    const [first] = view.operations.filter(({ outcome }) => outcome === 'ok');
    assert.ok(first !== undefined);
    const earlier = { ...first, endNs: first.endNs - 1 };
    const anomaly = { ...found.anomaly, prefix: [] };
    assert.equal(culpritOf({ ...found, anomaly, offending: [first, earlier] }), first);
  });
});

describe('operations in words', () => {
  const op = (type: Op['type'], f: string, value: Op['value']): Op => ({
    index: 0,
    timeNs: 0,
    process: 0,
    type,
    f,
    value,
  });

  it('say what was asked, what was answered, and what is unclear', () => {
    const sale = { producto_id: 'p0', cantidad: 3, region: 'EU-WEST' };
    const shelf = { producto_id: 'p0', region: 'EU-WEST' };
    const transfer = { from: 'a0', to: 'a1', amount: 5 };
    const cases = [
      ['read → 3', op('invoke', 'read', null), op('ok', 'read', 3)],
      ['read ✕', op('invoke', 'read', null), op('fail', 'read', null)],
      ['write 5', op('invoke', 'write', 5), op('ok', 'write', 5)],
      ['write 5 ?', op('invoke', 'write', 5), op('info', 'write', 5)],
      ['cas 1 → 2', op('invoke', 'cas', [1, 2]), op('ok', 'cas', [1, 2])],
      ['txn r x → 1', op('invoke', 'txn', [['r', 'x', null]]), op('ok', 'txn', [['r', 'x', 1]])],
      ['txn r x ?', op('invoke', 'txn', [['r', 'x', null]]), op('info', 'txn', [['r', 'x', null]])],
      ['txn {} ✕', op('invoke', 'txn', {}), op('fail', 'txn', {})],
      ['sell 3 of p0 in EU-WEST', op('invoke', 'sell', sale), op('ok', 'sell', sale)],
      ['sell 3 of p0 in EU-WEST → false', op('invoke', 'sell', sale), op('ok', 'sell', false)],
      ['read p0 in EU-WEST → 7', op('invoke', 'read', shelf), op('ok', 'read', { ...shelf, cantidad: 7 })],
      ['read p0', op('invoke', 'read', { producto_id: 'p0' }), op('ok', 'read', null)],
      ['transfer 5 from a0 to a1 ✕', op('invoke', 'transfer', transfer), op('fail', 'transfer', transfer)],
      ['read → {a0: 20, a1: null}', op('invoke', 'read', null), op('ok', 'read', { a0: 20, a1: null })],
      ['add 5 → 12', op('invoke', 'add', 5), op('ok', 'add', 12)],
    ] as const;
    for (const [expected, invocation, completion] of cases)
      assert.equal(describeOperation({ invocation, completion }), expected);
    assert.equal(describeOperation({ invocation: op('invoke', 'write', 5) }), 'write 5 ?');
  });

  it('have balances in a picture without what a reader can do without', () => {
    const [invocation, completion] = [op('invoke', 'read', null), op('ok', 'read', { a0: 20, a1: 13 })];
    assert.equal(labelOf({ invocation, completion }, 40), 'read → a0:20 a1:13');
  });

  it('leave the middle of long lists out of a picture', () => {
    const list = [3, 15, 14, 18, 19, 13, 12, 16];
    const [invocation, completion] = [
      op('invoke', 'txn', [['r', 'x', null]]),
      op('ok', 'txn', [['r', 'x', list]]),
    ];
    assert.equal(labelOf({ invocation, completion }, 40), 'r x → [3,15,14,…,13,12,16]');
    assert.equal(labelOf({ invocation, completion }, 12), 'r x → [3,15,…');
  });
});

describe('figures', () => {
  it('keep two or three digits of a duration', () => {
    const cases = { '840 µs': 84e4, '3.2 ms': 3.2e6, '1.25 s': 1.25e9, '2 min 5 s': 125e9, '100 ms': 1e8 };
    for (const [expected, ns] of Object.entries(cases)) assert.equal(duration(ns), expected);
  });

  it('never round something to nothing, or nearly everything to all', () => {
    assert.deepEqual(
      [percent(0, 10), percent(1, 1e6), percent(999_999, 1e6), percent(10, 10), percent(1, 0)],
      ['0 %', '< 0.1 %', '> 99.9 %', '100 %', '–'],
    );
  });

  it('turn names of code into words', () =>
    assert.deepEqual(['searchNodes', 'leader-changes', 'memoryGiB', 'read ok'].map(words), [
      'search nodes',
      'leader changes',
      'memory GiB',
      'read ok',
    ]));
});

describe('the palette', () => {
  const luminance = (color: string): number => {
    const channels = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = channels.map((c) =>
      c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (bright + 0.05) / (dim + 0.05);
  };

  for (const [name, theme] of Object.entries({ light, dark } as Readonly<Record<string, Theme>>)) {
    it(`has enough contrast for text in the ${name} theme`, () => {
      for (const ground of [theme.panel, theme.ground])
        for (const text of ['ink', 'muted', 'good', 'bad', 'undecided', 'link'] as const)
          assert.ok(contrast(theme[text], ground) >= 4.5, `${text} on ${ground}`);
      for (const verdict of ['good', 'bad', 'undecided'] as const)
        assert.ok(contrast(theme.onVerdict, theme[verdict]) >= 4.5, verdict);
    });

    it(`has enough contrast for marks in the ${name} theme`, () => {
      for (const mark of ['ok', 'fail', 'info'] as const)
        assert.ok(contrast(theme[mark], theme.panel) >= 3, mark);
    });
  }
});
