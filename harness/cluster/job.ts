/**
 * A program that runs to its end beside the nodes (a build), in the care of the supervisor like them: its output is
 * captured, and it is gone when the cluster is, with whatever it has started.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { HarnessError } from '../exit.ts';
import { describeCommand } from './program.ts';
import type { Exit } from './supervisor/control.ts';
import type { SupervisorClient } from './supervisorClient.ts';

export interface Job {
  /** Of no node. */
  readonly name: string;
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes what it prints. */
  readonly output: string;
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

export type JobEnd =
  | { readonly kind: 'exited'; readonly exit: Exit }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'aborted' };

/** Resolves when the job and all of its processes are gone. Rejects when it cannot be started. */
export async function runJob(
  job: Job,
  supervisor: SupervisorClient,
  waiting: Map<NodeId, (exit: Exit) => void>,
): Promise<JobEnd> {
  const node = job.name as NodeId;
  const { command, env, workingDirectory, output, timeoutMs, signal } = job;
  let end: (how: JobEnd) => void = () => undefined;
  const ended = new Promise<JobEnd>((resolve) => (end = resolve));
  waiting.set(node, (exit) => end({ kind: 'exited', exit }));
  const onAbort = (): void => end({ kind: 'aborted' });
  const timer = setTimeout(() => end({ kind: 'timed-out' }), timeoutMs);
  signal?.addEventListener('abort', onAbort);
  try {
    const files = { stdout: output, stderr: output };
    const launch = { node, command, env, workingDirectory, port: null, stdin: '', ...files };
    await supervisor.order({ kind: 'launch', launch }).catch((error: unknown) => {
      if (error instanceof HarnessError) throw error;
      throw new HarnessError(`${describeCommand(command)} could not be started: ${(error as Error).message}`);
    });
    if (signal?.aborted === true) onAbort();
    const how = await ended;
    if (how.kind !== 'exited') await supervisor.order({ kind: 'kill', node });
    return how;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    waiting.delete(node);
  }
}
