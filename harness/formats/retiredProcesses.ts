/**
 * Processes of foreign histories: some go on after an operation that they left open, some operations name none. Settled
 * in columns, once the whole file was read.
 */
import { infoType, invokeType, nemesisProcess, type Events } from '../columns/events.ts';
import { unnamedProcess } from './ednEvents.ts';

const retired = -3;
/** Between all processes that are numbered below this and those above, there is room for more than any history has. */
const roomAbove = 2 ** 52;

export interface Settled {
  readonly events: Events;
  /** What was noticed, a sentence each. */
  readonly warnings: readonly string[];
}

/** Whether some process acts after an `info`. O(events). */
export function actsOnceRetired({ length, type, process }: Events): boolean {
  const gone = new Set<number>();
  for (let index = 0; index < length; index++) {
    const code = process[index] as number;
    if (code === nemesisProcess) continue;
    if (type[index] === infoType) gone.add(code);
    else if (gone.size > 0 && gone.has(code)) return true;
  }
  return false;
}

/**
 * Gives every process that acts after an `info` a new number: what it left open may still take effect, so what follows
 * is not after it. Operations without a process are those of one more process. O(events).
 */
export function retireProcesses(events: Events): Settled {
  const { length, type, processes } = events;
  const process = Int32Array.from(events.process);
  const free = freeProcesses(events);
  /** The code under which a process goes on, by its code in the file; `retired` after an `info`. */
  const current = new Map<number, number>();
  let first: number | undefined;
  for (let index = 0; index < length; index++) {
    const given = process[index] ?? 0;
    if (given === nemesisProcess) continue;
    let code = current.get(given);
    if (code === undefined) code = given === unnamedProcess ? processes.codeOf(free()) : given;
    else if (code === retired && type[index] === invokeType) {
      code = processes.codeOf(free());
      first ??= given;
    }
    // A completion of what is completed already belongs to nobody, whichever process it names.
    process[index] = code === retired ? given : code;
    current.set(given, type[index] === infoType ? retired : code);
  }
  return { events: { ...events, process }, warnings: first === undefined ? [] : [warningOf(events, first)] };
}

function warningOf({ processes }: Events, first: number): string {
  const name = first === unnamedProcess ? 'without a number' : processes.processOf(first);
  return (
    `processes act again after an operation of theirs was left open (process ${name} is the first); ` +
    'they are taken for new ones from there'
  );
}

/** Numbers that no process of the history has, ascending. */
function freeProcesses({ process, processes }: Events): () => number {
  let next = 0;
  for (const code of new Set(process)) {
    const number = code >= 0 ? Number(processes.processOf(code)) : 0;
    if (number < roomAbove) next = Math.max(next, number + 1);
  }
  return () => next++;
}
