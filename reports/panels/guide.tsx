/** How to read the page, for somebody who sees one for the first time. */
import type { JSX } from 'preact';

const entries: readonly (readonly [term: string, meaning: string])[] = [
  [
    'No violation found',
    'Every check passed on what was recorded. That is evidence, not a proof: another run, another seed or another fault may still show a violation.',
  ],
  [
    'Undecided',
    'A check ran out of its budget, or there was nothing to judge. The reason stands beside the check. It never counts as a pass.',
  ],
  ['ok', 'The operation took effect, and this is what it answered.'],
  ['fail', 'The operation did not take effect and never will: the answer says so, or it was a read.'],
  [
    'info',
    'Nobody knows: no answer, or one that leaves it open. The operation may take effect at any later time, or never. Its process never acts again.',
  ],
  [
    'process',
    'A client that does one thing at a time. The node beside an operation is the one that was asked.',
  ],
  [
    'the longest legal order',
    'The longest sequence of operations, found by the checker, that respects real time and in which every answer is right. The violation is what cannot be added to it.',
  ],
  [
    'alone fail the same check',
    'The history was taken apart until nothing more could be left out: these operations are enough to refute the guarantee, whatever else happened. Nothing is left out that an operation saw.',
  ],
  [
    'levels',
    'Levels imply each other: whoever holds linearizable holds sequential, and what violates a weak level violates every stronger one. So many levels are known without a check of their own.',
  ],
  [
    'latency plot',
    'Each mark is an operation: where it began, how long it took (each line is ten times the one below). Shaded: faults were active.',
  ],
  [
    'took effect (faults)',
    'The fault changed something in the cluster, rather than aiming at a target that was not there.',
  ],
];

export function Guide(): JSX.Element {
  return (
    <section id="guide">
      <h2>How to read this page</h2>
      <dl class="guide">
        {entries.map(([term, meaning]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
