/**
 * The wall clock of one node, as a fault wants it. A reference node is told (`POST /host/clock`), and told again by its
 * command line when it starts; of other programs, libfaketime answers the questions for the time of day, and reads how
 * wrong they shall be from a file. Monotonic time is left alone by both.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearFaketime } from './faketime.ts';
import { HttpClient, type Endpoint } from './httpClient.ts';
import { describeOutcome } from './introduce.ts';
import type { NodeProgram } from './program.ts';

const tellTimeoutMs = 2_000;

export class NodeClock {
  private readonly file: string;
  /** What the program does now; null while nobody knows. */
  private currentMs: number | null = 0;
  /** What it shall do. */
  private wantedMs = 0;
  /** Whether the program was started with libfaketime. */
  private isPreloaded = false;

  /** `folder` is where the file for libfaketime stands. */
  constructor(folder: string) {
    this.file = join(folder, 'clock');
  }

  /** By how much the clock shall be wrong. */
  get offsetMs(): number {
    return this.wantedMs;
  }

  /** Wanted from now on; a program that libfaketime serves has it at once, one that is told needs `settle`. */
  want(offsetMs: number, program: Pick<NodeProgram, 'clock'>): void {
    if (offsetMs === this.wantedMs) return;
    if (program.clock === undefined) throw new Error('the wall clock of this program cannot be moved');
    this.wantedMs = offsetMs;
    if (program.clock === 'told') return;
    this.write();
    this.currentMs = offsetMs;
  }

  /** Tells a node that is up and awake. Throws when it did not take it. */
  async settle(endpoint: Endpoint): Promise<void> {
    const { wantedMs } = this;
    if (wantedMs === this.currentMs) return;
    const client = new HttpClient();
    const request = { method: 'POST', path: '/host/clock', body: { offsetMs: wantedMs } } as const;
    // It may have taken what it did not answer in time: then it has to be told again, whatever is wanted next.
    this.currentMs = null;
    const outcome = await client.send(endpoint, request, tellTimeoutMs);
    client.close();
    if (outcome.kind !== 'answer' || outcome.status !== 200)
      throw new Error(`its clock was not moved: ${describeOutcome(outcome)}`);
    this.currentMs = wantedMs;
  }

  /** What a program that is about to start needs in its environment. */
  environment(program: Pick<NodeProgram, 'clock'>): Readonly<Record<string, string>> {
    // A reference node has it from its command line.
    this.currentMs = this.wantedMs;
    this.isPreloaded = typeof program.clock === 'object';
    if (program.clock === undefined || program.clock === 'told') return {};
    this.write();
    return {
      LD_PRELOAD: program.clock.preload,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Otherwise waits with a condition of monotonic time are over at once.
      FAKETIME_FORCE_MONOTONIC_FIX: '0',
      // A clock that jumps changes no times of files.
      NO_FAKE_STAT: '1',
    };
  }

  /** Takes away what a process that is gone has left behind. */
  clear(processId: number): void {
    if (this.isPreloaded) clearFaketime(processId);
  }

  /** In one piece: the library reads it whenever it is asked for the time. */
  private write(): void {
    const sign = this.wantedMs < 0 ? '-' : '+';
    writeFileSync(`${this.file}.new`, `${sign}${(Math.abs(this.wantedMs) / 1000).toFixed(3)}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
