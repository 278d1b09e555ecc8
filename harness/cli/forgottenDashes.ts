/**
 * `npm run jepsen --model raft` looks right and is not: without `--`, npm keeps the flags for itself and passes on only
 * `raft`. npm leaves a trace of them in the environment, so the mistake can be named together with the right line.
 */
import { readFileSync } from 'node:fs';

/** Flags that npm knows itself; in the environment they prove nothing. */
const npmsOwn = new Set(['json', 'help', 'version', 'yes', 'force', 'silent', 'quiet', 'verbose', 'out']);

/**
 * The corrected line if flags of this command were swallowed by npm, else null.
 * `flags` are the long names of the command's options, without dashes; `rest` is what arrived.
 */
export function correctedLine(
  script: string,
  flags: readonly string[],
  rest: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const swallowed = flags.filter(
    (flag) => !npmsOwn.has(flag) && environment[`npm_config_${flag.replaceAll('-', '_')}`] !== undefined,
  );
  if (swallowed.length === 0) return null;
  return typedLine(script) ?? guessedLine(script, swallowed, rest, environment);
}

/** npm shows its own command line as its process title; two levels up: npm → sh → this process. Linux only. */
function typedLine(script: string): string | null {
  try {
    const parent = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const grandparent = parent.slice(parent.lastIndexOf(')') + 2).split(' ')[1] ?? '';
    for (const pid of [grandparent, String(process.ppid)]) {
      const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const start = `npm run ${script} `;
      if (title.startsWith(start)) return `${start}-- ${title.slice(start.length)}`;
    }
  } catch {
    // No /proc here.
  }
  return null;
}

function guessedLine(
  script: string,
  swallowed: readonly string[],
  rest: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const values = [...rest];
  const words = swallowed.flatMap((flag) => {
    const kept = environment[`npm_config_${flag.replaceAll('-', '_')}`] ?? '';
    const value = kept === 'true' || kept === '' ? values.shift() : kept;
    return value === undefined ? [`--${flag}`] : [`--${flag}`, value];
  });
  return `npm run ${script} -- ${[...words, ...values].join(' ')}`;
}
