/**
 * The process of one round of `npm run bench:checkers`, which starts as any command does. Its order stands in its argument
 * as JSON, its answer is one line of JSON on stdout.
 */
import { Command } from 'commander';
import type { RoundOrder } from '../bench/checkers/benchCase.ts';
import { measure } from '../bench/checkers/round.ts';

export function benchRoundCommand(): Command {
  return new Command('bench-round')
    .description('one round of a case; bench:checkers starts it')
    .argument('<order>', 'what to do, as JSON')
    .action((order: string) => {
      process.stdout.write(`${JSON.stringify(measure(JSON.parse(order) as RoundOrder))}\n`);
    });
}
