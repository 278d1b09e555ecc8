/** When two replicas answer the same: sets as sets, siblings in any order, an absent value however it is spelled. */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { nameOfValue } from '../../specs/describe.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { listAnswered } from './answers.ts';

/** Names of answers: equal answers have equal names. */
export class AnswerNames {
  private readonly history: History;
  private readonly spec: SequentialSpec;
  private readonly names = new Map<number, string>();

  constructor(history: History, spec: SequentialSpec) {
    this.history = history;
    this.spec = spec;
  }

  /** What a row of `history.operations` answered. */
  answer(row: number): Json {
    return this.history.events.values.get(this.history.operations.output[row] ?? 0);
  }

  /** The name of what a row answered. */
  of(row: number): string {
    const id = this.history.operations.output[row] ?? 0;
    const known = this.names.get(id);
    if (known !== undefined) return known;
    const name = this.nameOf(this.history.events.values.get(id));
    this.names.set(id, name);
    return name;
  }

  /** The name of an answer. */
  nameOf(answer: Json): string {
    const siblings = siblingsIn(answer);
    if (siblings) return `siblings ${siblings.map(nameOfValue).sort().join()}`;
    const elements = this.spec.name === 'set' ? listAnswered(answer) : undefined;
    if (elements) return [...new Set(elements.map(nameOfValue))].sort().join();
    return this.nameByState(answer) ?? nameOfValue(answer);
  }

  /** Where a read answers the whole state: its name, which is the same for null and 0, for null and the empty list. */
  private nameByState(answer: Json): string | undefined {
    if (!readWhole.includes(this.spec.name)) return undefined;
    try {
      return `state ${this.spec.nameOf(this.spec.init(answer))}`;
    } catch {
      return undefined;
    }
  }
}

/** The specs whose `init` takes what a read answers. */
const readWhole = [
  'register',
  'cas-register',
  'kv',
  'append',
  'counter',
  'bounded-counter',
  'bank',
  'inventory',
];

/** Values between which a replica did not decide: `{values: […]}`. */
export function siblingsIn(answer: Json): readonly Json[] | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const { values } = answer as Readonly<Record<string, Json>>;
  return Array.isArray(values) ? (values as readonly Json[]) : undefined;
}
