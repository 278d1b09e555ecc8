/** Checks of command-line values: each error says what was wrong, what was expected, and what may have been meant. */
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../exit.ts';

/** Parses an integer option within bounds (inclusive). */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parses a positive number of seconds, fractions allowed. */
export function seconds(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0) || value > max) {
      throw new InvalidArgumentError(`Expected a number of seconds above 0, at most ${max}.`);
    }
    return value;
  };
}

/** The item called `name`, or a usage error that lists the names and suggests the nearest. */
export function choose<T extends { readonly name: string }>(
  kind: string,
  items: readonly T[],
  name: string,
): T {
  const found = items.find((item) => item.name === name);
  if (found) return found;
  const names = items.map((item) => item.name);
  const nearest = suggestion(name, names);
  const hint = nearest === null ? '' : ` Did you mean '${nearest}'?`;
  throw new UsageError(`no ${kind} '${name}'.${hint} There are: ${names.join(', ')}`);
}

/** The name that is at most a third of its letters away, or null. */
export function suggestion(typed: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(name.length / 3))) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance. O(|a|·|b|). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
