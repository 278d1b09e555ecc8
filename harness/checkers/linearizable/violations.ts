/**
 * The anomalies of the violated keys. Very many keys may be violated: the first ones are explained in full, of the next
 * ones the operation is named, of the rest only the key.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Anomaly, Budget } from '../checker.ts';
import type { Part, SpecialCase } from '../polynomial/specialCase.ts';
import { indicesOf } from '../phrases.ts';
import { explanationWordsMax } from './attempt.ts';
import { earliestRefusal, type Refused } from './earliest.ts';
import { Effort } from './effort.ts';
import { caveat, explain, prefixOf } from './explain.ts';
import { furthestOf } from './furthest.ts';
import type { Search } from './search.ts';
import { searchOf } from './searchOf.ts';
import { SpecFault } from './specFault.ts';

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
      this.unlocated.push(
        unlocatedAnomaly(key, refuted, `, like that of ${locatedMax} others, which are explained`),
      );
      return;
    }
    const { automaton, problem, window, farthest } = refuted;
    const isInFull = this.located.length < explainedMax;
    const anomaly = whenAsked(key, () => {
      automaton.allowance.wordsLeft = explanationWordsMax;
      const effort = new Effort(this.budget, isInFull);
      try {
        const furthest = furthestOf(refuted, effort);
        return explain({ history, key, problem, automaton, furthest, isInFull, effort });
      } catch (error) {
        // An explanation steps through states that the search could leave out, and there the spec may fail.
        if (!(error instanceof SpecFault)) throw error;
        return unlocatedAnomaly(key, refuted, `; more cannot be told: ${error.message}`);
      }
    });
    this.located.push({ at: window.end[farthest] as number, anomaly });
  }

  /** A key that a special case refuted. */
  addDecided(key: string | undefined, special: SpecialCase, part: Part, refusal: Refused): void {
    const isInFull = this.located.length < explainedMax;
    const anomaly = whenAsked(key, () => {
      const effort = new Effort(this.budget, isInFull);
      const told = isInFull ? earliestRefusal(special, part, refusal, effort) : refusal;
      return this.decidedAnomaly(key, told, effort);
    });
    if (this.located.length >= locatedMax) this.unlocated.push(anomaly);
    else this.located.push({ at: this.eventsOf(refusal.rows).at(-1) ?? 0, anomaly });
  }

  /** Rows that admit no order, and why. */
  private decidedAnomaly(key: string | undefined, { rows, sentence }: Refused, effort: Effort): Anomaly {
    return {
      kind: 'non-linearizable',
      ops: this.eventsOf(rows),
      explanation: `${sentence}${caveat(effort)}`,
      prefix: this.prefixOfRows(rows, effort),
      ...(key === undefined ? {} : { key }),
    };
  }

  private eventsOf(rows: readonly number[]): number[] {
    const operations = rows.map((row) => this.history.operation(row));
    return [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b);
  }

  /** The longest legal prefix of these rows alone. */
  private prefixOfRows(
    rows: readonly number[],
    effort: Effort,
  ): { readonly op: number; readonly state: string }[] {
    const allowance = { wordsLeft: memoryWordsMax };
    const ascending = Int32Array.from(rows).sort();
    const search = searchOf(this.history, ascending, this.spec, this.initial, allowance);
    search.run(nodesForPrefixMax);
    if (search.status !== 'not-linearizable') return [];
    return prefixOf(furthestOf(search, effort).order, search.problem, search.automaton);
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

/** That the key is violated somewhere must do; `why` goes on with the sentence. */
function unlocatedAnomaly(key: string | undefined, { problem }: Search, why: string): Anomaly {
  let last = -1;
  for (let at = 0; at < problem.length; at++) {
    const end = problem.end[at] as number;
    if (end !== never && end > last) last = end;
  }
  return {
    kind: 'non-linearizable',
    ops: [last],
    explanation: `what was answered for ${key ?? 'the whole object'} up to event ${last} fits no order${why}.`,
    ...(key === undefined ? {} : { key }),
  };
}
