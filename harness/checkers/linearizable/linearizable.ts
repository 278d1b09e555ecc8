/**
 * Linearizability of a history against a sequential spec, key by key (Herlihy & Wing 1990: linearizability is local,
 * so a history is linearizable exactly if the history of each of its keys is).
 *
 * What the data of a key allow decides how: a polynomial procedure where one fits, else the search.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { noName } from '../../columns/interner.ts';
import { openOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { worst, type Budget, type Checker, type Validity, type Verdict } from '../checker.ts';
import { specialCases } from '../polynomial/index.ts';
import { registers } from '../polynomial/registers.ts';
import type { Decision, SpecialCase } from '../polynomial/specialCase.ts';
import { sweepRowsMin, sweptKeys } from '../polynomial/sweep.ts';
import { noPart, partsOf, type Parts } from './parts.ts';
import { searchOf } from './searchOf.ts';
import { Tasks, usedUp } from './tasks.ts';
import { Violations } from './violations.ts';

export interface LinearizableOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
  /** How much memory all searches together may take, in words of four bytes. */
  readonly memoryWordsMax?: number;
}

/** 256 MB. */
const memoryWordsDefault = 64 * 1024 * 1024;
/** The budget is asked after the polynomial procedures have gone through so many operations. */
const operationsPerSpend = 1 << 16;

/** Decides linearizability of one history: the checker of that level for workloads that follow `spec`. */
export function linearizable(spec: SequentialSpec, options: LinearizableOptions = {}): Checker {
  return {
    name: 'linearizable',
    meaning: `every operation takes effect at one moment between its invocation and its completion (${spec.name})`,
    check: (history, budget) => new Check(history, budget, spec, options).verdict(),
  };
}

/** One history in the course of being checked. */
class Check {
  private readonly history: History;
  private readonly budget: Budget;
  private readonly spec: SequentialSpec;
  private readonly initial: Json | undefined;
  private readonly parts: Parts;
  private readonly tasks: Tasks;
  private readonly violations: Violations;
  /** How many keys each procedure has decided. */
  private readonly decidedBy = new Map<string, number>();

  constructor(history: History, budget: Budget, spec: SequentialSpec, options: LinearizableOptions) {
    this.history = history;
    this.budget = budget;
    this.spec = spec;
    this.initial = options.initial;
    this.parts = partsOf(history, spec);
    this.violations = new Violations(history, spec, options.initial, budget);
    this.tasks = new Tasks(budget, options.memoryWordsMax ?? memoryWordsDefault, (part, refuted) => {
      this.violations.addRefuted(this.keyOf(part), refuted);
    });
  }

  verdict(): Verdict {
    const { history, spec, parts, initial } = this;
    const isSwept = history.operations.length >= sweepRowsMin ? sweptKeys(history, spec, parts, initial) : [];
    let operations = 0;
    for (let part = 0; part < this.parts.count; part++) {
      if (isSwept[part] === 1) {
        this.countDecided(registers);
        continue;
      }
      if (this.tasks.isOver) {
        this.tasks.undecided.push({ part, reason: usedUp });
        continue;
      }
      const rows = parts.rowsOf(part);
      this.begin(part, rows);
      operations += rows.length;
      if (operations < operationsPerSpend) continue;
      operations = 0;
      if (!this.budget.spend(0)) this.tasks.isOver = true;
    }
    this.tasks.finish();
    return this.summary();
  }

  /** Decides a part at once if the data allow it, else begins to search. */
  private begin(part: number, rows: Int32Array): void {
    const { history, spec, initial } = this;
    const data = { history, spec, rows, initial };
    for (const special of specialCases) {
      const decision: Decision | undefined = special.decide(data);
      if (!decision) continue;
      this.countDecided(special);
      if (!decision.valid) this.violations.addDecided(this.keyOf(part), special, data, decision);
      return;
    }
    this.tasks.add({ part, begin: (allowance) => searchOf(history, rows, spec, initial, allowance) });
  }

  private countDecided({ name }: SpecialCase): void {
    this.decidedBy.set(name, (this.decidedBy.get(name) ?? 0) + 1);
  }

  private keyOf(part: number): string | undefined {
    const key = this.parts.key[part] ?? noName;
    return key === noName ? undefined : this.history.events.keyNames.get(key);
  }

  private summary(): Verdict {
    const anomalies = this.violations.anomalies();
    const { undecided, nodes } = this.tasks;
    const validities: Validity[] = [];
    if (anomalies.length > 0) validities.push(false);
    if (undecided.length > 0) validities.push('unknown');
    const reason = this.reason();
    return {
      valid: worst(validities),
      anomalies,
      ...(reason === undefined ? {} : { reason }),
      stats: {
        keys: this.parts.count,
        operations: this.parts.length,
        open: this.countOpen(),
        searchNodes: nodes,
        violatedKeys: anomalies.length,
        undecidedKeys: undecided.length,
        ...this.decisions(),
      },
    };
  }

  /** How many keys each procedure decided, by its name. */
  private decisions(): Record<string, number> {
    const decisions: Record<string, number> = {};
    let bySearch = this.parts.count - this.tasks.undecided.length;
    for (const [name, count] of this.decidedBy) {
      decisions[`keys decided by ${name}`] = count;
      bySearch -= count;
    }
    if (bySearch > 0) decisions['keys decided by search'] = bySearch;
    return decisions;
  }

  private countOpen(): number {
    const { ofRow } = this.parts;
    const { length, outcome } = this.history.operations;
    let open = 0;
    for (let row = 0; row < length; row++) if (outcome[row] === openOutcome && ofRow[row] !== noPart) open++;
    return open;
  }

  /** Why keys are undecided: the first reason, and the first keys. */
  private reason(): string | undefined {
    const { undecided } = this.tasks;
    const [first] = undecided;
    if (!first) return undefined;
    const keys = undecided.slice(0, namedMax + 1).flatMap(({ part }) => this.keyOf(part) ?? []);
    if (keys.length === 0) return `${first.reason} before the history was decided`;
    const some = keys.slice(0, namedMax).join(', ') + (keys.length > namedMax ? ' …' : '');
    const count = undecided.length === 1 ? '1 key was' : `${undecided.length} keys were`;
    return `${first.reason} before ${count} decided: ${some}`;
  }
}

/** So many undecided keys are named. */
const namedMax = 5;
