/** Looks at the processes of this machine (Linux: /proc), to prove that a command has left none. */
import { readdirSync, readFileSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  /** One letter of /proc/PID/stat: R, S, T (stopped) … */
  readonly state: string;
  readonly commandLine: string;
}

/** Every living process whose command line or environment contains `text`. */
export function processesWith(text: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => inspect(Number(name), text));
}

function inspect(pid: number, text: string): FoundProcess[] {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    if (!commandLine.includes(text) && !environment.includes(text)) return [];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === 'Z' ? [] : [{ pid, state, commandLine }];
  } catch {
    // It ended while we looked.
    return [];
  }
}
