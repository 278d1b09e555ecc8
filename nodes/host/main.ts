/** Process entry of every model's node: `node main.mjs --model raft --id 1 …`. */
import { frontModels, models } from '../index.ts';
import { runNode } from './program.ts';

await runNode(process.argv.slice(2), [...models, ...frontModels]);
