/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces one rule of rules.ts. The tests show for each the runs
 * in which it does harm.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import { correctRules, type Rules } from './rules.ts';
import { covers, entryOf } from './vector.ts';

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'dependencies-ignored',
    mistake: "a write is applied when it is its origin's next one, whatever it depends on",
    revealedBy: 'causally-closed and ccv, when messages of different nodes overtake each other',
    rules: {
      isApplicable: ({ origin, sequence }, applied) => sequence === entryOf(applied, origin) + 1,
    },
  },
  {
    name: 'own-writes-only-as-dependencies',
    mistake: 'a write depends on what its own node wrote before, not on what was read there',
    revealedBy: 'writes-know-their-past and ccv, when messages of different nodes overtake each other',
    rules: { dependenciesOf: (applied, self) => ({ [self]: entryOf(applied, self) }) },
  },
  {
    name: 'context-ignored',
    mistake: 'a node answers though it has not applied what the session has seen',
    revealedBy: 'ccv with sessions=roaming, when a session comes to a node that is behind',
    rules: { mayAnswer: () => true },
  },
  {
    name: 'lamport-not-advanced-on-receive',
    mistake:
      'the Lamport clock counts the writes that its node takes, and heeds none that come from elsewhere',
    revealedBy: 'writes-know-their-past and ccv: a write loses to what its client had read',
    rules: { lamportAfter: (lamport) => lamport },
  },
  {
    name: 'applied-vector-not-journaled',
    mistake: 'a compacted journal has the versions, not the vector that says what they stand for',
    revealedBy: 'vector-forward and numbered-once, when nodes crash: sequence numbers are given again',
    rules: { vectorToJournal: () => ({}) },
  },
  {
    name: 'gap-skipped',
    mistake: 'a write is applied though earlier ones of its origin are missing; these never are any more',
    revealedBy: 'causally-closed, ccv and convergence, when messages are lost',
    rules: {
      isApplicable: ({ origin, sequence, dependencies }, applied) =>
        sequence > entryOf(applied, origin) && covers({ ...applied, [origin]: sequence }, dependencies),
    },
  },
  {
    name: 'last-arrival-wins',
    mistake: 'of concurrent writes the one that is applied last stays',
    revealedBy: 'same-vector-same-state and convergence, when two nodes write a key at the same time',
    rules: { wins: () => true },
  },
  {
    name: 'state-overwrites',
    mistake: 'versions of a transferred state replace those that are there, later ones too',
    revealedBy: 'versions-forward and ccv, when a node that was cut off took writes meanwhile',
    rules: { winsOfState: () => true },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('causal', correctRules, bugs);
