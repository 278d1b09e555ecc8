/** The law tests can fail: a host that breaks a law is caught by the tests of that law. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { compiled } from '../../../harness/cli/compiled.js';
import { flaws } from './flawedHosts.ts';

interface MochaReport {
  readonly failures: readonly { readonly fullTitle: string }[];
  readonly passes: readonly { readonly fullTitle: string }[];
}

/** Runs the flawed hosts in a mocha of its own, which is expected to report failures. */
async function runFlawedHosts(): Promise<MochaReport> {
  const folders = ['nodes', 'harness', 'workloads', 'reports', 'test'];
  const folder = await compiled({ entries: ['test/harness/sim/flawedHosts.ts'], folders });
  const mocha = 'node_modules/mocha/bin/mocha.js';
  const args = [mocha, '--no-config', '--reporter', 'json', `${folder}/test/harness/sim/flawedHosts.mjs`];
  const env = { ...process.env, ORDEAL_FLAWED_HOSTS: '1' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env }, (error, stdout) => {
      const start = stdout.indexOf('{');
      if (start < 0) reject(error ?? new Error('mocha reported nothing'));
      else resolve(JSON.parse(stdout.slice(start)) as MochaReport);
    });
  });
}

describe('a simulated host that breaks a law', () => {
  let report: MochaReport;
  before(async () => {
    report = await runFlawedHosts();
  });

  for (const { flaw, law } of flaws) {
    it(`${flaw}: the tests of law ${law} notice`, () => {
      const caught = report.failures.filter(
        ({ fullTitle }) => fullTitle.startsWith(`flaw ${flaw} `) && fullTitle.includes(`law ${law}:`),
      );
      assert.notEqual(caught.length, 0);
    });
  }
});
