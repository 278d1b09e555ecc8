/** Numbers and times as people read them; always the same, whatever the locale of the machine. */

export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–';
}

/** `1 operation`, `2 operations`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A point in time since the start of the run: `12.345 s`. */
export function atSeconds(timeNs: number): string {
  return `${(timeNs / 1e9).toFixed(3)} s`;
}

/** A duration in the unit that keeps two or three digits: `840 µs`, `3.2 ms`, `1.25 s`, `2 min 5 s`. */
export function duration(ns: number): string {
  if (!Number.isFinite(ns)) return '–';
  const us = ns / 1e3;
  if (us < 999.5) return `${digits(us)} µs`;
  if (us < 999_500) return `${digits(us / 1e3)} ms`;
  const seconds = us / 1e6;
  if (seconds < 60) return `${digits(seconds)} s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** A share as a percentage that never rounds something to 0 % or 100 %. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const value = (100 * part) / whole;
  if (part === 0) return '0 %';
  if (value < 0.1) return '< 0.1 %';
  if (part < whole && value > 99.9) return '> 99.9 %';
  return `${value >= 10 && Number.isInteger(value) ? value : value.toFixed(1)} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `searchNodes`, `leader-changes` → `search nodes`, `leader changes`. */
export function words(name: string): string {
  const apart = name
    .replace(/([a-z])([KMG]iB)$/, '$1 $2')
    .replace(
      /([a-z])([A-Z])(?=[a-z]{2})/g,
      (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
    );
  return apart.replace(/([a-z])-/g, '$1 ');
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? String(Number(value.toFixed(1))) : String(Number(value.toFixed(2)));
}
