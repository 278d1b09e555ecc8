/** The node program with the law model in it, for tests that need a process of its own. */
import { runNode } from '../../../nodes/host/program.ts';
import { createLawProbe } from './lawModel.ts';

await runNode(process.argv.slice(2), [createLawProbe().model as never]);
