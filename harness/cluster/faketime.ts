/**
 * Moves the wall clocks of programs that cannot be told to do it themselves: libfaketime answers their questions for the
 * time of day, and reads how wrong they shall be from a file. What it gets wrong about monotonic time is put right by
 * a library of ours before it (monotonic.c), which is compiled for the run. Linux only, and only for programs that ask
 * the C library: those of Go, and whatever is linked statically, ask the kernel.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HarnessError, UsageError } from '../exit.ts';

/** In the path of the library, wherever it is. */
export const faketimeName = 'libfaketime';

/** Where Debian and its kin, and Fedora, put it. The first of each place is for programs with several threads. */
const places = [
  '/usr/lib/x86_64-linux-gnu/faketime',
  '/usr/lib/aarch64-linux-gnu/faketime',
  '/usr/lib64/faketime',
];
const libraries = places.flatMap((place) =>
  ['libfaketimeMT.so.1', 'libfaketime.so.1'].map((name) => join(place, name)),
);

/** Asked for only where it is compiled: bundles, as the jobs of a simulation are, have no such file beside them. */
const sourceFile = (): string => fileURLToPath(new URL('monotonic.c', import.meta.url));
const compiler = 'cc';
const compileTimeoutMs = 60_000;

/** The file of the library; null where it is not installed. */
export function faketimeLibrary(): string | null {
  return libraries.find((file) => existsSync(file)) ?? null;
}

/** What this machine lacks for it, and how that is mended on Debian and its kin; empty where nothing is. */
export function lackingForFaketime(): readonly string[] {
  const hasCompiler = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, compiler)));
  return [
    ...(faketimeLibrary() === null ? ['libfaketime (apt-get install libfaketime)'] : []),
    ...(hasCompiler ? [] : ['a C compiler (apt-get install gcc libc6-dev)']),
  ];
}

/** Compiles our part into the folder; answers what programs have to preload. */
export async function prepareFaketime(folder: string): Promise<string> {
  const library = faketimeLibrary();
  const ours = join(folder, 'monotonic.so');
  if (library === null)
    throw new UsageError(`wall clocks cannot be moved without ${lackingForFaketime().join(', ')}`);
  // The loader splits its list there, and knows no way to quote.
  if (/[\s:]/.test(ours))
    throw new UsageError(
      `wall clocks cannot be moved in ${folder}: what programs preload may stand at no path with spaces or colons; choose another --out`,
    );
  try {
    const options = ['-shared', '-fPIC', '-O1', '-o', ours, sourceFile(), '-ldl'];
    await promisify(execFile)(compiler, options, { timeout: compileTimeoutMs });
  } catch (error) {
    throw new HarnessError(`${sourceFile()} could not be compiled: ${(error as Error).message}`);
  }
  return `${ours}:${library}`;
}

/** What a program under libfaketime makes for its children, and leaves behind when it is killed. */
export function clearFaketime(processId: number): void {
  for (const name of [`faketime_shm_${processId}`, `sem.faketime_sem_${processId}`])
    rmSync(join('/dev/shm', name), { force: true });
}
