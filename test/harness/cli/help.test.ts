/** What `--help` says: of each flag what it defaults to, once, and in words that mean something. */
import assert from 'node:assert/strict';
import { benchCheckersCommand } from '../../../harness/cli/benchCheckers.ts';
import { benchHarnessCommand } from '../../../harness/cli/benchHarness.ts';
import { checkCommand } from '../../../harness/cli/check.ts';
import { clusterCommand } from '../../../harness/cli/cluster.ts';
import { jepsenCommand } from '../../../harness/cli/jepsen.ts';
import { nodeCommand } from '../../../harness/cli/node.ts';
import { simCommand } from '../../../harness/cli/sim.ts';

const commands = [
  jepsenCommand,
  simCommand,
  checkCommand,
  nodeCommand,
  clusterCommand,
  benchCheckersCommand,
  benchHarnessCommand,
].map((make) => make());

describe('help', () => {
  for (const command of commands) {
    it(`of ${command.name()} says each default once`, () => {
      const help = command.createHelp();
      for (const option of command.options) {
        const said = help.optionDescription(option);
        assert((said.match(/default/g) ?? []).length <= 1, `${option.flags}: ${said}`);
        assert.doesNotMatch(said, /default: (\[|\{|"")/, option.flags);
      }
    });
  }
});
