/**
 * `npm run jepsen --model raft` looks right and is not: without `--`, npm keeps the flags for itself and passes on only
 * `raft`. npm leaves a trace of the flags in the environment (their names, not their order, and seldom their values), so
 * the mistake can be named together with the right line.
 */
import type { Option } from 'commander';

/** Flags that npm knows itself; in the environment they prove nothing. */
const npmsOwn = new Set(['json', 'help', 'version', 'yes', 'force', 'silent', 'quiet', 'verbose', 'out']);

type Flag = Pick<Option, 'long' | 'required' | 'parseArg' | 'flags'>;

const nameOf = (flag: Flag): string => flag.long?.slice(2) ?? '';
const isNumeric = (flag: Flag): boolean => flag.parseArg !== undefined && !/=/.test(flag.flags);

/**
 * The corrected line if flags of this command were swallowed by npm, else null. `rest` is what arrived. A value whose
 * flag cannot be told stands as a placeholder.
 */
export function correctedLine(
  script: string,
  flags: readonly Flag[],
  rest: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const kept = (flag: Flag): string | undefined =>
    environment[`npm_config_${nameOf(flag).replaceAll('-', '_')}`];
  const swallowed = flags.filter((flag) => !npmsOwn.has(nameOf(flag)) && kept(flag) !== undefined);
  if (swallowed.length === 0) return null;
  const numbers = rest.filter((word) => /^-?[\d.]+$/.test(word));
  const words = rest.filter((word) => !numbers.includes(word));
  const open = swallowed.filter((flag) => flag.required && ['true', ''].includes(kept(flag) ?? ''));
  const valueOf = (flag: Flag): string => {
    if (!open.includes(flag)) return kept(flag) ?? '';
    const rivals = open.filter((other) => isNumeric(other) === isNumeric(flag));
    const values = isNumeric(flag) ? numbers : words;
    // Only one flag can have got this value; of several, nobody knows which got which.
    return rivals.length === 1 && values.length === 1
      ? (values[0] ?? '')
      : (/<.*>/.exec(flag.flags)?.[0] ?? '');
  };
  const typed = swallowed.map((flag) =>
    flag.required ? `--${nameOf(flag)} ${valueOf(flag)}` : `--${nameOf(flag)}`,
  );
  return `npm run ${script} -- ${typed.join(' ')}`;
}
