/** Processes as codes that fit a column. Those of foreign histories may be numbered beyond any 32-bit integer. */
import type { Process } from '../history.ts';
import { Numbers } from './numbers.ts';

/** The nemesis in the column of processes. */
export const nemesisProcess = -1;

/** Numbers below are their own codes; larger ones get the codes from here on, in the order of first sight. */
const firstLargeCode = 1 << 30;

export class Processes {
  private readonly large = new Numbers();

  codeOf(process: Process): number {
    if (process === 'nemesis') return nemesisProcess;
    return process < firstLargeCode ? process : firstLargeCode + this.large.ordinalOf(process);
  }

  processOf(code: number): Process {
    if (code === nemesisProcess) return 'nemesis';
    return code < firstLargeCode ? code : this.large.get(code - firstLargeCode);
  }
}
