/**
 * What a node process does: flags, start, one line on stdout when it is ready, and an end in good order on SIGTERM.
 * Exit codes: 0 ended as asked, 254 bad flags, 255 could not start or go on (the reason is on stderr).
 */
import type { NodeModel } from '../kernel/model.ts';
import { folderDisk } from './disk.ts';
import { FlagsError, parseFlags, usage, type NodeFlags } from './flags.ts';
import { JournalCorrupt } from './journalFormat.ts';
import { journalFile } from './journal.ts';
import { startNode } from './node.ts';

const exitUsage = 254;
const exitFailed = 255;

/** Runs a node until it is asked to end. `args` are the flags alone. */
export async function runNode(args: readonly string[], models: readonly NodeModel[]): Promise<void> {
  // A node that is in an unknown state must not go on; whoever started it finds the reason on stderr.
  process.on('uncaughtException', (error) => leave(exitFailed, error.stack ?? String(error)));
  process.on('unhandledRejection', (error) => leave(exitFailed, `unhandled rejection: ${String(error)}`));
  try {
    await run(parseFlags(args, models));
  } catch (error) {
    if (error instanceof FlagsError) leave(exitUsage, `${error.message}\n${usage}`);
    else leave(exitFailed, error instanceof Error ? error.message : String(error));
  }
}

async function run({ folder, exitWithStdin, ...flags }: NodeFlags): Promise<void> {
  let isEnding = false;
  const node = await startNode({
    ...flags,
    disk: folderDisk(folder),
    onFatal: (error) => leave(exitFailed, `the node cannot go on: ${error.stack ?? error.message}`),
  }).catch((error: unknown) => {
    if (error instanceof JournalCorrupt) throw new Error(refusal(folder, error));
    throw error;
  });
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void node.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (exitWithStdin) process.stdin.on('end', end).on('error', end).resume();
  if (node.tornBytes > 0) {
    process.stderr.write(
      `cut off a torn last write of ${node.tornBytes} bytes from ${folder}/${journalFile}\n`,
    );
  }
  const { self, port } = { ...flags, port: node.port };
  process.stdout.write(
    `${JSON.stringify({ ready: true, node: self, port, incarnation: node.incarnation })}\n`,
  );
}

function refusal(folder: string, error: JournalCorrupt): string {
  return (
    `refusing to start: the journal ${folder}/${journalFile} is corrupt: ${error.message}. Starting without what it ` +
    `held could break promises made to others. Restore the file, or replace this node by a new one with an empty folder.`
  );
}

function leave(code: number, why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(code);
}
