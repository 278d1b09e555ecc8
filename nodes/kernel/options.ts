/** Options of a model as people write them (`--set reads=follower`): parsed, checked, and filled up with defaults. */
import type { NodeModel, OptionSpec, OptionValues } from './model.ts';

/** Everything that is wrong with the options that somebody gave, one sentence each. */
export class OptionsError extends Error {
  override name = 'OptionsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

type Declared = Pick<NodeModel, 'name' | 'options'>;

/** What the model runs with when nobody says otherwise. */
export function defaultOptions(model: Pick<Declared, 'options'>): OptionValues {
  return Object.fromEntries(model.options.map((option) => [option.name, option.default]));
}

/** Reads `name=value` pairs; what is not given has its default. Throws `OptionsError` with all problems. */
export function parseOptions(model: Declared, pairs: readonly string[]): OptionValues {
  const given: Record<string, string> = {};
  const problems: string[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (at <= 0) problems.push(`"${pair}" is not of the form name=value`);
    else if (Object.hasOwn(given, name)) problems.push(`option "${name}" is given twice`);
    else given[name] = pair.slice(at + 1);
  }
  return checkOptions(model, given, problems);
}

/**
 * Checks values that came as JSON or as text; what is not given has its default. Throws `OptionsError` with all
 * problems, the `known` ones first.
 */
export function checkOptions(
  model: Declared,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[] = [],
): OptionValues {
  const problems = [...known];
  const values: Record<string, string | number> = { ...defaultOptions(model) };
  for (const [name, text] of Object.entries(given)) {
    const option = model.options.find((candidate) => candidate.name === name);
    if (option === undefined) {
      problems.push(unknownOption(model, name));
      continue;
    }
    const value = valueOf(option, text);
    if (value === null)
      problems.push(`option "${name}" must be ${expected(option)}, not ${JSON.stringify(text)}`);
    else values[name] = value;
  }
  if (problems.length > 0) throw new OptionsError(problems);
  return values;
}

function valueOf(option: OptionSpec, given: unknown): string | number | null {
  if (option.type === 'choice') {
    return typeof given === 'string' && option.choices.includes(given) ? given : null;
  }
  const value = numberOf(option.unit === 'ms' ? inMs(given) : given);
  if (value === null) return null;
  return value >= option.min && value <= option.max ? value : null;
}

/** Number('') is 0, and Number(true) is 1: only digits written by somebody count. */
function numberOf(given: unknown): number | null {
  const isText = typeof given === 'string' && given.trim() !== '';
  return typeof given === 'number' || isText ? Number(given) : null;
}

/** 5000 of "5s". */
function inMs(given: unknown): unknown {
  const [, amount, unit] = typeof given === 'string' ? (/^\s*([\d.]+)(ms|s)\s*$/.exec(given) ?? []) : [];
  return amount === undefined ? given : Number(amount) * (unit === 's' ? 1000 : 1);
}

function expected(option: OptionSpec): string {
  return option.type === 'choice'
    ? `one of ${option.choices.join(', ')}`
    : `a number from ${option.min} to ${option.max}${option.unit === 'ms' ? ' (ms, or with a unit: 5s)' : ''}`;
}

function unknownOption(model: Declared, name: string): string {
  const names = model.options.map((option) => option.name);
  if (names.length === 0) return `model ${model.name} has no options, so none named "${name}"`;
  const meant = closest(name, names);
  const hint = meant === null ? `it has ${names.join(', ')}` : `did you mean "${meant}"?`;
  return `model ${model.name} has no option "${name}"; ${hint}`;
}

/** The candidate that a typo most likely meant, or null: at most a third of its letters away. */
export function closest(typed: string, candidates: readonly string[]): string | null {
  let best: { candidate: string; distance: number } | null = null;
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    const distanceMax = Math.max(1, Math.floor(Math.max(typed.length, candidate.length) / 3));
    if (distance <= distanceMax && (best === null || distance < best.distance))
      best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

/** Levenshtein distance, O(a·b). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
