/**
 * The anomalies of the violated keys. Very many keys may be violated: the first ones are explained in full, of the next
 * ones the operation is named, of the rest only the key.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Anomaly, Budget } from '../checker.ts';
import { indicesOf } from '../phrases.ts';
import { explanationWordsMax } from './attempt.ts';
import { explain, prefixOf } from './explain.ts';
import { furthestOf } from './furthest.ts';
import type { Search } from './search.ts';
import { searchOf } from './searchOf.ts';

/** This many violated keys are explained in full; of the next ones only the operation is named. */
const explainedMax = 16;
/** Of what is beyond that only the key is named: finding the operation takes several searches. */
const locatedMax = 64;
/** For a prefix of the few operations that prove a violation. */
const nodesForPrefixMax = 10_000;
const memoryWordsMax = 1024 * 1024;

export class Violations {
  private readonly history: History;
  private readonly spec: SequentialSpec;
  private readonly initial: Json | undefined;
  private readonly budget: Budget;
  /** Anomalies by when they were seen to be there. */
  private readonly located: { readonly at: number; readonly anomaly: Anomaly }[] = [];
  private readonly unlocated: Anomaly[] = [];

  constructor(history: History, spec: SequentialSpec, initial: Json | undefined, budget: Budget) {
    this.history = history;
    this.spec = spec;
    this.initial = initial;
    this.budget = budget;
  }

  /** The anomalies, the earliest first. */
  anomalies(): readonly Anomaly[] {
    this.located.sort((a, b) => a.at - b.at);
    return [...this.located.map(({ anomaly }) => anomaly), ...this.unlocated];
  }

  /** A key whose search found no order. */
  addRefuted(key: string | undefined, refuted: Search): void {
    const { history } = this;
    if (this.located.length >= locatedMax) {
      this.unlocated.push(unlocatedAnomaly(key, refuted));
      return;
    }
    const { automaton, problem, window, farthest } = refuted;
    const isInFull = this.located.length < explainedMax && this.budget.spend(0);
    const anomaly = whenAsked(key, () => {
      automaton.allowance.wordsLeft = explanationWordsMax;
      return explain({ history, key, problem, automaton, furthest: furthestOf(refuted), isInFull });
    });
    this.located.push({ at: window.end[farthest] as number, anomaly });
  }

  /** A key that a special case refuted: these rows admit no order. */
  addDecided(key: string | undefined, rows: readonly number[], sentence: string): void {
    const operations = rows.map((row) => this.history.operation(row));
    const ops = [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b);
    const prefixOfRows = (): NonNullable<Anomaly['prefix']> => this.prefixOfRows(rows);
    const common = {
      kind: 'non-linearizable',
      ops,
      explanation: sentence,
      ...(key === undefined ? {} : { key }),
    };
    if (this.located.length >= locatedMax) this.unlocated.push(common);
    else
      this.located.push({
        at: ops.at(-1) ?? 0,
        anomaly: {
          ...common,
          get prefix() {
            return prefixOfRows();
          },
        },
      });
  }

  /** The longest legal prefix of these rows alone. */
  private prefixOfRows(rows: readonly number[]): { readonly op: number; readonly state: string }[] {
    const allowance = { wordsLeft: memoryWordsMax };
    const ascending = Int32Array.from(rows).sort();
    const search = searchOf(this.history, ascending, this.spec, this.initial, allowance);
    search.run(nodesForPrefixMax);
    if (search.status !== 'not-linearizable') return [];
    return prefixOf(furthestOf(search).order, search.problem, search.automaton);
  }
}

/** An anomaly that is explained when somebody wants to know: many a check only asks whether there is one. */
function whenAsked(key: string | undefined, explanation: () => Anomaly): Anomaly {
  let known: Anomaly | undefined;
  const explained = (): Anomaly => (known ??= explanation());
  return {
    kind: 'non-linearizable',
    ...(key === undefined ? {} : { key }),
    get ops() {
      return explained().ops;
    },
    get explanation() {
      return explained().explanation;
    },
    get prefix() {
      return explained().prefix ?? [];
    },
  };
}

/** One of very many: that the key is violated somewhere must do. */
function unlocatedAnomaly(key: string | undefined, { problem }: Search): Anomaly {
  let last = -1;
  for (let at = 0; at < problem.length; at++) {
    const end = problem.end[at] as number;
    if (end !== never && end > last) last = end;
  }
  return {
    kind: 'non-linearizable',
    ops: [last],
    explanation:
      `what was answered for ${key ?? 'the whole object'} up to event ${last} fits no order, ` +
      `like that of ${locatedMax} others, which are explained`,
    ...(key === undefined ? {} : { key }),
  };
}
