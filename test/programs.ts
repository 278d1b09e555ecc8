/** Programs of the system that some tests need, and what to do where they are not there. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's names of the packages that programs are in. */
const packages = { python3: 'python3', cc: 'gcc libc6-dev' } as const;

/** What is lacking of a program, and how that is mended; empty where it is there. */
export function lackingProgram(program: keyof typeof packages): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isThere = folders.some((folder) => existsSync(join(folder, program)));
  return isThere ? [] : [`${program} (apt-get install ${packages[program]})`];
}

/** Skips a test where something is lacking, and says what. */
export function needs(context: Mocha.Context, lacking: readonly string[]): void {
  if (lacking.length === 0) return;
  const { test } = context;
  if (test) test.title += ` (needs ${lacking.join(', ')})`;
  context.skip();
}
