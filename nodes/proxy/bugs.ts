/** Deliberately planted mistakes, for `--bug NAME`: each replaces rules of rules.ts. */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import type { WireRequest } from '../kernel/wire.ts';
import { correctRules, type Rules } from './rules.ts';

function withoutId({ method, path, body }: WireRequest): WireRequest {
  return { method, path, ...(body !== undefined && { body }) };
}

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'retries-unsafe',
    mistake: 'a write travels without its Request-Id, and is sent again after an unclear outcome (proxy=on)',
    revealedBy: 'linearizable (append), when an answer is lost: the write is there twice',
    rules: { passedOn: withoutId, mayResend: () => true },
  },
  {
    name: 'definite-error-after-send',
    mistake:
      'a write that was sent and never answered is reported as failed, though it may take effect (proxy=on)',
    revealedBy: 'linearizable, when a leader is cut off or dies with a write in its log',
    rules: { mayResend: () => false, errorOfWrite: () => 'temporarily-unavailable' },
  },
  {
    name: 'stale-leader-cached',
    mistake: 'the first leader that is found is asked for ever, whoever is elected later (proxy=on)',
    revealedBy: 'latest-leader, when leaders change',
    rules: { isNews: (_said, known) => known === null },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('proxy', correctRules, bugs);
