/** Deliberately planted mistakes, for `--bug NAME`: each replaces rules of rules.ts. */
import type { BugSpec } from '../kernel/model.ts';
import type { WireRequest } from '../kernel/wire.ts';
import { correctRules, type Rules } from './rules.ts';

interface Bug extends BugSpec {
  readonly rules: Partial<Rules>;
}

function withoutId({ method, path, body }: WireRequest): WireRequest {
  return { method, path, ...(body !== undefined && { body }) };
}

const bugs: readonly Bug[] = [
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

/** What `list` shows and `--bug` takes. */
export const bugSpecs: readonly BugSpec[] = bugs.map(({ name, mistake, revealedBy }) => ({
  name,
  mistake,
  revealedBy,
}));

/** The rules with the planted bug, if there is one. */
export function rulesOf(bug: string | null): Rules {
  if (bug === null) return correctRules;
  const planted = bugs.find(({ name }) => name === bug);
  if (planted === undefined) throw new RangeError(`proxy has no bug named ${bug}`);
  return { ...correctRules, ...planted.rules };
}
