/** `npm run check` in the process of the test, and histories to give it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCommand } from '../../../harness/cli/check.ts';
import type { Op } from '../../../harness/history.ts';
import { parseDrawing } from '../checkers/notation.ts';

export interface Checked {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, with what it prints caught. */
export async function check(...args: string[]): Promise<Checked> {
  const written = { stdout: '', stderr: '' };
  const exitCodeBefore = process.exitCode;
  const streams = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
  };
  try {
    await checkCommand(streams).exitOverride().parseAsync(args, { from: 'user' });
    return { exitCode: Number(process.exitCode), ...written };
  } finally {
    process.exitCode = exitCodeBefore;
  }
}

/** The lines of a history's file. */
export const lines = (history: readonly Op[]): string =>
  history.map((op) => `${JSON.stringify(op)}\n`).join('');

export const valid = parseDrawing('p0  |- x: write 1 -|  |- x: read -> 1 -|').history;
export const stale = parseDrawing('p0  |- x: write 1 -|  |- x: write 2 -|  |- x: read -> 1 -|').history;

/** Writes a file for the command, and answers with its path. */
export function fileIn(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
