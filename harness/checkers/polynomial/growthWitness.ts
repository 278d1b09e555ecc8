/** Which operations prove that something that only grows is not linearizable, and why. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { phrase, reference } from '../phrases.ts';
import { valueIn } from './facts.ts';
import type { Answer, Growth, Inversion, Oddity } from './growth.ts';
import { refusedBeside } from './refused.ts';
import { Refusal, type Proof } from './refusal.ts';
import type { Part } from './specialCase.ts';

const told = ({ history }: Part, row: number): string => phrase(history.operation(row));

/** `added`, `appended`: what became of an element. */
const done = (part: Part): string => (part.history.events.fNames.find('append') < 0 ? 'added' : 'appended');

/** The ids of the elements of an answer, in its order. */
function idsIn({ history: { events } }: Part, { id }: Answer): number[] {
  const elements = events.values.get(id);
  return Array.isArray(elements)
    ? (elements as readonly Json[]).map((element) => events.values.idOf(element))
    : [];
}

/** An answer with an element that nobody added, or with one twice. */
export function odd({ part, scratch, adder }: Growth, { answer, value, what }: Oddity): Refusal {
  const { history } = part;
  const add = adder[scratch.notes[value] ?? 0] ?? 0;
  return new Refusal(() => {
    const [read, words] = [told(part, answer.row), valueIn(history, value)];
    if (what === 'twice') {
      const once = `it was ${done(part)} only once: ${told(part, add)}`;
      return { rows: [answer.row, add], sentence: `${read} had ${words} twice, but ${once}.` };
    }
    const { input } = history.operations;
    const refused = refusedBeside(history, answer.row).find((row) => input[row] === value);
    if (refused !== undefined) {
      const failed = `it was only ${done(part)} by an operation that failed: ${told(part, refused)}`;
      return { rows: [answer.row, refused], sentence: `${read} had ${words}, but ${failed}.` };
    }
    return { rows: [answer.row], sentence: `${read} had ${words}, but nothing had ever ${done(part)} it.` };
  });
}

/** Two answers of a set of which neither contains the other. */
export function apart({ part }: Growth, a: Answer, b: Answer): Refusal {
  return new Refusal(() => {
    const [own, other] = [lackingIn(part, a, b), lackingIn(part, b, a)];
    const first = `${told(part, a.row)} had ${own} but not ${other}`;
    const second = `${told(part, b.row)} had ${other} but not ${own}`;
    return { rows: [a.row, b.row], sentence: `${first}, while ${second}, and nothing removes elements.` };
  });
}

/** Two answers of a list of which neither begins with the other: they differ at a position, from 0. */
export function forked({ part }: Growth, a: Answer, b: Answer, position: number): Refusal {
  return new Refusal(() => {
    const [first, second] = [a, b].map((answer) => {
      const id = idsIn(part, answer)[position];
      return `${told(part, answer.row)} had ${id === undefined ? 'nothing' : valueIn(part.history, id)}`;
    });
    return {
      rows: [a.row, b.row],
      sentence: `${first} at position ${position}, where ${second}, and lists only grow at their end.`,
    };
  });
}

/** An element that one answer has and another lacks. */
function lackingIn(part: Part, having: Answer, lacking: Answer): string {
  const there = new Set(idsIn(part, lacking));
  const element = idsIn(part, having).find((id) => !there.has(id));
  return element === undefined ? 'nothing' : valueIn(part.history, element);
}

/** `first` ended before `last` began, but comes after it. */
export function outOfOrder(growth: Growth, { first, last }: Inversion): Refusal {
  const { part, answers } = growth;
  return new Refusal(() => {
    const [early, late] = [answerAt(part, first), answerAt(part, last)];
    const rows = [first, last];
    if (early && late) {
      const element = lackingIn(part, early, late);
      const { invocation } = part.history.operation(first);
      const seen = `process ${invocation.process} had read it before that began (${reference(part.history.operation(first))})`;
      return { rows, sentence: `${told(part, last)} did not have ${element}, but ${seen}.` };
    }
    if (early) {
      const later = `it was first ${done(part)} after that: ${told(part, last)}`;
      return { rows, sentence: `${told(part, first)} had ${elementOf(part, last)}, but ${later}.` };
    }
    if (late) {
      const known = `it was ${done(part)} and acknowledged before that began (${reference(part.history.operation(first))})`;
      return { rows, sentence: `${told(part, last)} did not have ${elementOf(part, first)}, but ${known}.` };
    }
    return addedInOrder(part, answers, first, last);
  });
}

/** `first` was added before `last`, but some answer has `last` without it, or before it. */
function addedInOrder(part: Part, answers: readonly Answer[], first: number, last: number): Proof {
  const { input } = part.history.operations;
  const order = `${told(part, first)} had ended before ${told(part, last)} began`;
  for (const answer of answers) {
    const ids = idsIn(part, answer);
    if (!ids.includes(input[last] ?? 0)) continue;
    const [a, b] = [elementOf(part, first), elementOf(part, last)];
    const had = ids.includes(input[first] ?? 0) ? `${b} before ${a}` : `${b} but not ${a}`;
    return {
      rows: [first, last, answer.row],
      sentence: `${told(part, answer.row)} had ${had}, but ${order}.`,
    };
  }
  throw new Error('an element without a rank precedes another one');
}

function elementOf({ history }: Part, add: number): string {
  return valueIn(history, history.operations.input[add] ?? 0);
}

/** What a row answered, if it is a read. */
function answerAt({ history: { operations, events } }: Part, row: number): Answer | undefined {
  if (events.fNames.get(operations.f[row] ?? 0) !== 'read') return undefined;
  return { id: operations.output[row] ?? 0, size: 0, row };
}
