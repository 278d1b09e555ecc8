/** Where libfaketime is, which moves the wall clocks of programs that cannot be told to do it themselves. */
import { existsSync } from 'node:fs';

/** Where Debian and its kin, Fedora, and Homebrew put the library. */
const places = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib64/faketime/libfaketime.so.1',
  '/opt/homebrew/lib/faketime/libfaketime.1.dylib',
];

/** The file of the library; null where it is not installed (Debian: package `faketime`). */
export function faketimeLibrary(): string | null {
  return places.find((file) => existsSync(file)) ?? null;
}
