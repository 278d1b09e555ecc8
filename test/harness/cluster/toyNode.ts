/** A toy node as a program of its own: a plain .mjs in a temporary folder, so that it starts as fast as Node can. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramOf } from '../../../harness/cluster/program.ts';

/**
 * Answers POST /echo with its body, GET /pid with its process id, GET /env with its environment, GET /relay/<port> with
 * the answer of a peer's /pid. Counts its starts in its data directory (GET /starts). `--child`: has a child process.
 * `--never`: never listens. `--fail`: complains and exits. `--deaf`: ignores SIGTERM. `--chatty`: prints a lot.
 */
const source = `
import http from 'node:http';
import fs from 'node:fs';
import { spawn } from 'node:child_process';
const [id, port, data, mode] = process.argv.slice(2);
const file = data + '/starts';
const starts = (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0) + 1;
fs.writeFileSync(file, String(starts));
process.stdout.write('node ' + id + ' start ' + starts + '\\n');
if (mode === '--fail') {
  for (let line = 1; line <= 30; line++) process.stderr.write('line ' + line + '\\n');
  process.exit(3);
}
if (mode === '--deaf') process.on('SIGTERM', () => {});
if (mode === '--chatty') process.stdout.write('x'.repeat(1 << 20));
let child = null;
if (mode === '--child') child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
if (mode === '--runaway') {
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
}
const answer = (response, value) => {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
};
const server = http.createServer((request, response) => {
  const [, what, rest] = request.url.split('/');
  if (what === 'pid') return answer(response, { id, pid: process.pid, child: child?.pid ?? null });
  if (what === 'env') return answer(response, process.env);
  if (what === 'starts') return answer(response, starts);
  if (what === 'exit') process.exit(7);
  if (what === 'relay') {
    http.get('http://127.0.0.1:' + rest + '/pid', (peer) => {
      let text = '';
      peer.on('data', (chunk) => (text += chunk));
      peer.on('end', () => answer(response, JSON.parse(text)));
    }).on('error', (error) => answer(response, { error: error.code }));
    return;
  }
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => answer(response, text === '' ? null : JSON.parse(text)));
});
if (mode === '--never') {
  process.stderr.write('I would rather not\\n');
  setInterval(() => {}, 1000);
} else server.listen(Number(port), '127.0.0.1');
`;

export interface ToyFolder {
  readonly path: string;
  program(mode?: string): ProgramOf;
  remove(): void;
}

/** A temporary folder for a run, with the toy's program in it. */
export function toyFolder(): ToyFolder {
  const path = mkdtempSync(join(tmpdir(), 'ordeal-cluster-'));
  const file = join(path, 'toy.mjs');
  writeFileSync(file, source);
  return {
    path,
    program:
      (mode = '') =>
      ({ number, port, dataDirectory }) => ({
        command: [process.execPath, file, String(number), String(port), dataDirectory, mode],
      }),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Whether a process exists and is more than a corpse that nobody has collected. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  return stateOf(processId) !== 'Z';
}

/** The state letter of a process: R, S, T (stopped), Z … */
export function stateOf(processId: number): string {
  return statOf(processId)[0] ?? '';
}

/** State, parent, group, session … of /proc/<id>/stat. */
function statOf(processId: number): string[] {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Processes whose command line names this folder: nodes and supervisors of a run in it. */
export function processesOf(folder: string): number[] {
  return allProcesses().filter((processId) => commandLine(processId).includes(folder) && isAlive(processId));
}

/** The children of these processes that are not among them. */
export function childrenOf(parents: readonly number[]): number[] {
  return allProcesses().filter(
    (processId) => !parents.includes(processId) && parents.includes(Number(statOf(processId)[1])),
  );
}

export function commandLine(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
