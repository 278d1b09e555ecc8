import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../../../harness/checkers/checker.ts';
import {
  appliedOnce,
  convergence,
  counterBounds,
  mutualExclusion,
  neverOversold,
  noLostWrites,
  objectCheckers,
  onlyConcurrent,
  onlyWritten,
  setFull,
  totalQueue,
} from '../../../../harness/checkers/objects/index.ts';
import { AnswerNames } from '../../../../harness/checkers/objects/answerNames.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { isLinearizable } from '../bruteForce.ts';
import { partitionsOf } from '../calls.ts';
import { agreesOn } from '../fuzz.ts';
import { historyOf, menuOf, tapes, type Menu } from './randomObjects.ts';
import {
  boundsTwin,
  deedsOf,
  elementsOf,
  finalReadsOf,
  keysOf,
  lastPerNodeTwin,
  lostValueTwin,
  overlapsTwin,
  queueTwin,
  quietRoundsTwin,
  replacedSiblingsTwin,
  setFullTwin,
  valuesOf,
  type Counts,
  type Deed,
} from './twins.ts';

/** Both twins on the same random histories, of one key or two. */
function twins(
  title: string,
  menu: Menu,
  checker: Checker,
  compare: (verdict: Verdict, twin: Twin) => void,
): void {
  agreesOn(
    title,
    tapes,
    (tape) => {
      const ops = historyOf(menu, tape, 9, 1 + ((tape[0] ?? 0) % 2));
      const history = History.of(ops);
      compare(checker.check(history, unlimited), { ops, history, menu, ...deedsOf(ops) });
    },
    250,
  );
}

interface Twin {
  readonly ops: readonly Op[];
  readonly history: History;
  readonly menu: Menu;
  readonly deeds: readonly Deed[];
  readonly failed: readonly Deed[];
}

const onKey = (deeds: readonly Deed[], key: string): Deed[] => deeds.filter((deed) => deed.key === key);
const kindsIn = ({ anomalies }: Verdict): string[] => [...new Set(anomalies.map(({ kind }) => kind))].sort();

/** Whether a violation was found; null where the checker leaves it open. */
const found = ({ valid }: Verdict): boolean | null => (valid === 'unknown' ? null : !valid);

/** The acquisition of who holds a lock before the first event. */
function acquiredBefore(owner: string): Deed {
  const asked = { f: 'acquire', key: '', asked: owner, answer: owner, process: -1, node: '' };
  return { ...asked, start: -2, end: -1, last: -1, isOk: true };
}

function amountsOf(deeds: readonly Deed[]): (readonly [Deed, number])[] {
  return deeds.filter(({ f }) => f === 'add').map((deed) => [deed, deed.asked as number] as const);
}

/** Registers whose answers hold several values, most of which one operation wrote. */
const siblingsMenu: Menu = {
  spec: menuOf('register').spec,
  ask: (draw) => (draw(2) === 0 ? ['read', null] : ['write', draw(6)]),
  answer: (f, value, draw) => {
    if (f !== 'read') return value;
    const values = [0, 1, 2, 3, 4, 5].filter(() => draw(2) === 0);
    return values.length > 1 ? { values } : (values[0] ?? null);
  },
};

/** The same with fewer values, so that what final reads show was often written. */
const fewSiblingsMenu: Menu = {
  ...siblingsMenu,
  ask: (draw) => (draw(2) === 0 ? ['read', null] : ['write', draw(4)]),
  answer: (f, value, draw) => {
    if (f !== 'read') return value;
    const first = draw(4);
    return draw(3) === 0 ? { values: [first, (first + 1 + draw(3)) % 4] } : first;
  },
  final: ['read', null],
};

describe('object checkers agree with their definitions', () => {
  for (const linearizable of [false, true])
    twins(
      `set-full${linearizable ? ' of linearizable sets' : ''}`,
      menuOf('set'),
      setFull(menuOf('set').spec, { linearizable }),
      ({ valid, stats }, { deeds, failed }) => {
        const counts: Counts = {};
        for (const key of keysOf([...deeds, ...failed]))
          setFullTwin(onKey(deeds, key), onKey(failed, key), counts, linearizable);
        const { duplicate = 0, lost = 0, phantom = 0, abortedReads = 0, resurrected = 0 } = counts;
        const { stable = 0, stale = 0, removed = 0, neverRead = 0, missing = 0 } = counts;
        assert.deepEqual(
          [stats['duplicated'], stats['lost'], stats['phantom'], stats['abortedReads'], stats['resurrected']],
          [duplicate, lost, phantom, abortedReads, resurrected],
        );
        assert.deepEqual(
          [stats['stable'], stats['stale'], stats['removed'], stats['neverRead'], stats['missing']],
          [stable, stale, removed, neverRead, missing],
        );
        const wrong = duplicate + lost + phantom + abortedReads + resurrected + (linearizable ? stale : 0);
        assert.equal(valid, wrong > 0 ? false : missing === 0 && stable + removed > 0 ? true : 'unknown');
      },
    );

  twins(
    'total-queue',
    menuOf('queue'),
    totalQueue(menuOf('queue').spec),
    ({ valid, stats, anomalies }, { deeds }) => {
      const faults = keysOf(deeds).map((key) => queueTwin(onKey(deeds, key)));
      const sum = (of: (fault: (typeof faults)[number]) => number): number =>
        faults.reduce((total, one) => total + of(one), 0);
      assert.equal(
        (stats['unexpected'] ?? 0) + (stats['duplicated'] ?? 0),
        sum(({ unmatched }) => unmatched),
      );
      assert.equal(
        stats['lost'],
        sum(({ lost }) => lost),
      );
      assert.equal(
        anomalies.some(({ kind }) => kind === 'overtaking'),
        faults.some(({ overtakes }) => overtakes),
      );
      if (valid === true) assert.ok(!faults.some(({ undecided }) => undecided));
      if (valid === 'unknown' && deeds.length > 0)
        assert.ok(faults.some(({ undecided, lost }) => undecided && lost === 0) || sum(() => 1) > 0);
    },
  );

  for (const scope of ['replica', 'global'] as const)
    twins(
      `counter bounds, ${scope}`,
      menuOf('counter'),
      counterBounds(menuOf('counter').spec, { scope }),
      (verdict, { deeds }) => {
        const wrong = deeds.filter((read) => {
          if (read.f !== 'read' || !read.isOk) return false;
          const moves = amountsOf(onKey(deeds, read.key));
          const [least, most] = boundsTwin(
            moves,
            read,
            ({ node }) => scope === 'global' || node === read.node,
          );
          const seen = (read.answer ?? 0) as number;
          return seen < least || seen > most;
        });
        assert.equal(verdict.stats['outOfBounds'], wrong.length);
      },
    );

  for (const name of ['inventory', 'bounded-counter']) {
    const menu = menuOf(name);
    // Without reads and refusals it is exactly the question whether sales and additions can be put in order.
    twins(`never-oversold of ${name}`, menu, neverOversold(menu.spec), (verdict, { history }) => {
      const orderable = partitionsOf(history, menu.spec).every(({ calls }) =>
        isLinearizable(
          menu.spec,
          calls.filter(
            ({ input, output }) => input.f !== 'read' && (output === 'unknown' || output.value !== false),
          ),
        ),
      );
      assert.equal(kindsIn(verdict).includes('oversold'), !orderable);
    });
  }

  for (const initial of [null, 'c1']) {
    const { spec } = menuOf('lock');
    const title = `mutual exclusion of a lock that ${initial === null ? 'is free' : 'somebody holds'} at first`;
    twins(title, menuOf('lock'), mutualExclusion(spec, { initial }), (verdict, { deeds }) => {
      const wrong = keysOf(deeds).some((key) =>
        overlapsTwin([...(initial === null ? [] : [acquiredBefore(initial)]), ...onKey(deeds, key)]),
      );
      if (found(verdict) !== null) assert.equal(found(verdict), wrong);
      else assert.ok(!wrong);
    });
  }

  // These specs say nothing but what the checkers look for, so the two decide the same.
  for (const name of ['fenced-lock', 'unique-ids', 'leader']) {
    const menu = menuOf(name);
    const [checker] = objectCheckers(menu.spec);
    assert.ok(checker);
    twins(`${checker.name} of ${name} is linearizability of it`, menu, checker, (verdict, { history }) => {
      const isGood = partitionsOf(history, menu.spec).every(({ calls }) => isLinearizable(menu.spec, calls));
      assert.equal(verdict.valid === false, !isGood);
    });
  }

  twins(
    'bank totals',
    menuOf('bank'),
    objectCheckers(menuOf('bank').spec)[0] ?? assert.fail(),
    (verdict, { deeds }) => {
      const totals = deeds
        .filter(({ f, isOk }) => f === 'read' && isOk)
        .map(({ answer }) => {
          const balances = Object.values(answer as Record<string, number>);
          return balances.reduce((sum, balance) => sum + balance, 0);
        });
      assert.equal(verdict.valid, totals.length === 0 ? 'unknown' : new Set(totals).size === 1);
    },
  );

  for (const name of ['register', 'set', 'counter', 'append', 'inventory']) {
    const menu = menuOf(name);
    twins(`convergence of ${name}`, menu, convergence(menu.spec), (verdict, { deeds, history }) => {
      const names = new AnswerNames(history, menu.spec);
      const nameOf = (answer: Json | undefined): string => names.nameOf(answer ?? null);
      const outcomes = keysOf(deeds).flatMap((key) => {
        const own = onKey(deeds, key);
        const final = finalReadsOf(own, menu.spec).filter(({ node }) => node !== '');
        const open = own.filter(({ f, isOk }) => !isOk && !menu.spec.observers.includes(f)).length;
        const questions = [...new Set(final.map(({ f, asked }) => `${f} ${JSON.stringify(asked)}`))];
        return questions.flatMap((question) => {
          const reads = final.filter(({ f, asked }) => `${f} ${JSON.stringify(asked)}` === question);
          const last = lastPerNodeTwin(reads);
          if (last.length < 2) return [];
          if (new Set(last.map(({ answer }) => nameOf(answer))).size === 1) return [true];
          const rounds = quietRoundsTwin(reads, nameOf);
          return [rounds >= 2 && rounds > open ? false : 'unknown'];
        });
      });
      const expected = outcomes.includes(false)
        ? false
        : outcomes.length === 0 || outcomes.includes('unknown')
          ? 'unknown'
          : true;
      assert.equal(verdict.valid, expected);
    });
  }

  for (const name of ['register', 'cas-register', 'kv']) {
    const menu = menuOf(name);
    twins(`no lost writes of ${name}`, menu, noLostWrites(menu.spec), (verdict, { deeds }) => {
      const faults = keysOf(deeds).map((key) => lostValueTwin(onKey(deeds, key), deeds));
      assert.deepEqual(
        [
          kindsIn(verdict).some((kind) => kind === 'lost-write' || kind === 'resurrected'),
          kindsIn(verdict).includes('never-written'),
        ],
        [faults.some(({ lost }) => lost), faults.some(({ never }) => never)],
      );
    });
    twins(`only-written of ${name}`, menu, onlyWritten(menu.spec), (verdict, { deeds }) => {
      const wrong = deeds.some((read) => {
        const { saw } = valuesOf(read);
        if (!read.isOk || saw === undefined || saw === null) return false;
        return !onKey(deeds, read.key).some(
          (write) => write.start < read.end && JSON.stringify(valuesOf(write).left) === JSON.stringify(saw),
        );
      });
      assert.equal(verdict.valid, !wrong);
    });
  }

  twins(
    'no lost writes of registers with siblings',
    fewSiblingsMenu,
    noLostWrites(fewSiblingsMenu.spec),
    (verdict, { deeds }) => {
      const faults = keysOf(deeds).map((key) => lostValueTwin(onKey(deeds, key), deeds));
      const isLost = verdict.anomalies.some(({ kind }) => kind === 'lost-write' || kind === 'resurrected');
      assert.deepEqual(
        [isLost, kindsIn(verdict).includes('never-written')],
        [faults.some(({ lost }) => lost), faults.some(({ never }) => never)],
      );
    },
  );

  let replaced = 0;
  twins('only-concurrent', siblingsMenu, onlyConcurrent(siblingsMenu.spec), (verdict, { deeds }) => {
    const expected = replacedSiblingsTwin(deeds);
    assert.equal(verdict.stats['replaced'], expected);
    assert.equal(verdict.valid, expected === 0);
    if (expected > 0) replaced++;
  });
  it('only-concurrent: enough histories showed values that had been replaced', () => {
    assert.ok(replaced > 5, `${replaced}`);
  });

  for (const name of ['append', 'set']) {
    const menu = menuOf(name);
    const addition = name === 'set' ? 'add' : 'append';
    twins(`no lost writes of ${name}`, menu, noLostWrites(menu.spec), (verdict, { deeds }) => {
      const lost = keysOf(deeds).some((key) => {
        const own = onKey(deeds, key);
        const last = lastPerNodeTwin(finalReadsOf(own, menu.spec).filter(({ f }) => f === 'read'));
        const times = (list: readonly Json[], element: Json): number =>
          list.filter((other) => other === element).length;
        return (
          last.length > 0 &&
          own.some(({ f, isOk, asked }) => {
            if (f !== addition || !isOk || own.some((other) => other.f === 'remove' && other.asked === asked))
              return false;
            const acknowledged = own.filter(
              (other) => other.f === addition && other.isOk && other.asked === asked,
            ).length;
            const needed = name === 'set' ? 1 : acknowledged;
            return last.every(({ answer }) => times(elementsOf(answer), asked) < needed);
          })
        );
      });
      assert.equal(verdict.valid === false, lost);
    });
  }

  twins(
    'no lost writes of counters',
    menuOf('counter'),
    noLostWrites(menuOf('counter').spec),
    (verdict, { deeds }) => {
      const lost = keysOf(deeds).some((key) => {
        const own = onKey(deeds, key);
        const last = lastPerNodeTwin(finalReadsOf(own, menuOf('counter').spec));
        return (
          last.length > 0 &&
          last.every((read) => {
            const [least, most] = boundsTwin(amountsOf(own), read, () => true);
            const seen = (read.answer ?? 0) as number;
            return seen < least || seen > most;
          })
        );
      });
      assert.equal(verdict.valid === false, lost);
    },
  );

  twins(
    'only-written of append',
    menuOf('append'),
    onlyWritten(menuOf('append').spec),
    (verdict, { deeds }) => {
      const wrong = deeds.some(
        ({ f, answer, key, end }) =>
          f === 'read' &&
          elementsOf(answer).some(
            (element) =>
              !onKey(deeds, key).some(
                (write) => write.f === 'append' && write.asked === element && write.start < end,
              ),
          ),
      );
      assert.equal(verdict.valid, !wrong);
    },
  );

  twins('applied-once', menuOf('append'), appliedOnce(menuOf('append').spec), (verdict, { deeds }) => {
    const wrong = deeds.some(
      ({ f, answer, key }) =>
        f === 'read' &&
        elementsOf(answer).some((element) => {
          const shown = elementsOf(answer).filter((other) => other === element).length;
          const tried = onKey(deeds, key).filter(
            (write) => write.f === 'append' && write.asked === element,
          ).length;
          return shown > Math.max(1, tried);
        }),
    );
    assert.equal(verdict.valid, !wrong);
  });
});
