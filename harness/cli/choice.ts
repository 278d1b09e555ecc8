/** Checks of command-line values: each error says what was wrong, what was expected, and what may have been meant. */
import { InvalidArgumentError } from 'commander';
import { closest } from '../../nodes/kernel/options.ts';
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
  const nearest = closest(name, names);
  const hint = nearest === null ? '' : ` Did you mean '${nearest}'?`;
  throw new UsageError(`no ${kind} '${name}'.${hint} There are: ${names.join(', ')}`);
}
