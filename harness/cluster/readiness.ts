/**
 * When a node is ready, and what to tell a person when it never gets there. Ready means that its port accepts a
 * connection; that needs no cooperation, so it holds for every program.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeCommand, type NodePlace, type NodeProgram } from './program.ts';
import type { Exit } from './supervisor/control.ts';

const pollMs = 4;
const attemptMs = 1_000;

/** Resolves with true when the port accepts a connection, with false at the deadline or once `isOver` says so. */
export async function acceptsWithin(
  deadlineMs: number,
  place: Pick<NodePlace, 'host' | 'port'>,
  isOver: () => boolean,
): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end && !isOver()) {
    if (await accepts(place)) return !isOver();
    await sleep(pollMs);
  }
  return false;
}

/** Whether somebody listens there now. */
export function accepts({ host, port }: Pick<NodePlace, 'host' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(attemptMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Whether a node ended because somebody else listens on its port. */
export function foundPortTaken(exit: Exit | null): boolean {
  return exit !== null && /EADDRINUSE|address already in use|port \d+ is in use/i.test(exit.stderrTail);
}

export interface NeverReady {
  readonly place: NodePlace;
  readonly program: NodeProgram;
  readonly readyMs: number;
  /** How it ended; null when it had to be killed. */
  readonly exit: Exit | null;
  readonly stderrTail: string;
  readonly stderrFile: string;
}

/** Why a node did not get ready, as far as that can be known, and what to look at. */
export function describeNeverReady(failure: NeverReady): string {
  const { place, program, exit, stderrTail } = failure;
  const what =
    exit === null
      ? `did not listen on ${place.host}:${place.port} within ${failure.readyMs} ms`
      : `${describeExit(exit)} before it listened on ${place.host}:${place.port}`;
  const lines = stderrTail === '' ? ['    (nothing)'] : stderrTail.split('\n').map((line) => `    ${line}`);
  return [
    `node ${place.node} ${what}`,
    `  command: ${describeCommand(program.command)}`,
    ...(program.workingDirectory === undefined ? [] : [`  in: ${program.workingDirectory}`]),
    `  last lines of its stderr (${failure.stderrFile}):`,
    ...lines,
    `  hint: ${hint(failure)}`,
  ].join('\n');
}

export function describeExit({ code, signal }: Pick<Exit, 'code' | 'signal'>): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}

function hint({ place, exit }: NeverReady): string {
  if (foundPortTaken(exit))
    return `port ${place.port} is taken by another program; stop it, or choose other ports`;
  if (exit?.code === 0)
    return 'it ended in order: does it go on in the background? What is started has to stay until it is stopped';
  if (exit !== null) return 'run the command above by hand, in a shell, to see it fail';
  return `it runs, but nothing listens: does it take the port from its command line, and listen on ${place.host}?`;
}
