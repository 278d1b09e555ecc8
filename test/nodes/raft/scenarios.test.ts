/**
 * Scenarios as text: what the nodes of a cluster say to each other, step by step. A script is a list of blocks:
 *
 *   # a comment
 *   command
 *   command
 *   ----
 *   what happened
 *
 * `REWRITE=1 npx mocha test/nodes/raft/scenarios.test.ts` writes what happens now into the scripts. Look at the diff
 * before you commit it: every changed line is a changed behaviour. Commands: scenarios/commands.ts.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { perform } from './scenarios/commands.ts';
import type { Stage } from './scenarios/stage.ts';

const folder = join(import.meta.dirname, 'scenarios');
const scripts = readdirSync(folder).filter((file) => file.endsWith('.txt'));
const isRewriting = process.env['REWRITE'] !== undefined;

/** The script with what happens now in place of what it says. */
function play(script: string): string {
  let stage: Stage | null = null;
  const blocks = script.trimEnd().split(/\n\n+/);
  const played = blocks.map((block) => {
    const input = block.split('\n----')[0] ?? '';
    for (const line of input.split('\n')) {
      if (line.startsWith('#') || line.trim() === '') continue;
      stage = perform(stage, line.trim());
    }
    if (!block.includes('\n----')) return input;
    return [input, '----', ...(stage?.take() ?? [])].join('\n');
  });
  return `${played.join('\n\n')}\n`;
}

describe('raft scenarios', () => {
  for (const file of scripts) {
    it(file.replace('.txt', '').replaceAll('-', ' '), () => {
      const path = join(folder, file);
      const script = readFileSync(path, 'utf8');
      const played = play(script);
      if (isRewriting) writeFileSync(path, played);
      else assert.equal(played, script);
    });
  }

  for (const file of scripts.filter((name) => name.startsWith('bug-'))) {
    it(`${file.replace('.txt', '')}: an invariant is violated with the bug, and none without it`, () => {
      const script = readFileSync(join(folder, file), 'utf8');
      const withoutBug = script.replace(/ bug=\S+/, '');
      assert.notEqual(withoutBug, script);
      assert.match(play(script), /^INVARIANT /m);
      assert.doesNotMatch(play(withoutBug), /^INVARIANT /m);
    });
  }

  it('a script that says something else than what happens fails', () => {
    const script = readFileSync(join(folder, 'simple-election.txt'), 'utf8');
    const wrong = script.replace('----\n', '----\nnobody says this\n');
    assert.notEqual(play(wrong), wrong);
  });
});
