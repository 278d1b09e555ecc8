/**
 * Which checkers stand for a claim. A claimed level is judged by the workload's checker of it. Where the workload has
 * none (no history of locks shows a regular register), the strongest levels that follow from the claim and that it can
 * judge stand for it, and what the claim means for its objects in particular.
 */
import {
  guarantees,
  type Claim,
  type Guarantee,
  type Sessions,
  type Settling,
} from '../nodes/kernel/model.ts';
import type { Checker, Validity } from './checkers/checker.ts';
import { implies, strongest } from './guarantees.ts';
import type { Workload } from './workload.ts';

export interface Judged {
  readonly levels: readonly Guarantee[];
  /** Further checkers that decide, too. */
  readonly entailed: readonly Checker[];
  /** For claimed levels without a checker of their own: the names of the checkers that stand for them. */
  readonly instead: Readonly<Partial<Record<Guarantee, readonly string[]>>>;
}

type Judge = Pick<Workload, 'checker' | 'always' | 'entails' | 'standIns'>;
type Claimed = Pick<Claim, 'guarantees' | 'converges' | 'showsOwn' | 'siblings'>;

/** What is judged of a claim, or, where somebody asked for one level, of that one alone. */
export function judgedOf(workload: Judge, claim: Claimed, asked: Guarantee | null): Judged {
  const wanted = asked === null ? claim.guarantees : [asked];
  const entailed = entailedBy(workload, wanted, claim);
  if (asked !== null) return { levels: [asked], entailed, instead: {} };
  // One copy that answers by its leader alone converges, and no history can show it.
  const canSee = (level: Guarantee): boolean =>
    workload.checker(level) !== null && (level !== 'convergence' || claim.converges !== undefined);
  const judges = new Map<Guarantee, readonly Guarantee[]>(
    wanted.map((level) => {
      if (workload.checker(level) !== null) return [level, [level]] as const;
      return [
        level,
        strongest(
          (workload.standIns ?? guarantees).filter((weaker) => implies(level, weaker) && canSee(weaker)),
        ),
      ] as const;
    }),
  );
  const levels = [...new Set([...judges.values()].flat())];
  // What holds in every model stands for a claim where nothing else does.
  const always = levels.length + entailed.length === 0 ? workload.always : [];
  const instead = [...judges].flatMap(([level, weaker]) => {
    if (workload.checker(level) !== null) return [];
    const others = [...entailedBy(workload, [level], claim), ...always].map(({ name }) => name);
    return [[level, [...new Set([...weaker, ...others])]] as const];
  });
  const isNothing = levels.length + entailed.length + always.length === 0;
  return {
    // A claim of which nothing can be judged stays undecided.
    levels: isNothing ? claim.guarantees : levels,
    entailed,
    instead: Object.fromEntries(instead),
  };
}

/** Whether something is claimed, and this workload shows nothing of it. */
export function seesNothing(workload: Judge, claim: Claimed): boolean {
  const { levels, entailed } = judgedOf(workload, claim, null);
  const isBlind = levels.length > 0 && levels.every((level) => workload.checker(level) === null);
  return isBlind && entailed.length + workload.always.length === 0;
}

/**
 * How clients go about while this is judged. They keep to what a claim asks of them while that claim is judged; judged
 * against more than is claimed, they roam: that is how stale reads are found.
 */
export function sessionsFor(
  claim: Pick<Claim, 'guarantees' | 'sessions'> | undefined,
  asked: Guarantee | null,
): Sessions {
  const isClaimed = asked === null || claim?.guarantees.some((level) => implies(level, asked));
  return (isClaimed ? claim?.sessions : undefined) ?? 'roaming';
}

/** Milliseconds. Stores that exchange what they have do so several times a second. */
const settlingDefault: Settling = { intervalMs: 500, deadlineMs: 10_000 };

/**
 * How nodes are read at the end, until all answer the same: as the claim has it. Whether replicas agree that nobody claims
 * to agree can be asked, too, and is seen only if they are read as often.
 */
export function settlingFor(
  claim: Pick<Claim, 'converges'> | undefined,
  asked: Guarantee | null,
): Settling | undefined {
  return claim?.converges ?? (asked === 'convergence' ? settlingDefault : undefined);
}

/** What a claim for processes that stay says nothing about: a run in which they do not. */
export function roamingWarnings(
  claim: Pick<Claim, 'guarantees' | 'sessions'>,
  asked: Guarantee | null,
): readonly string[] {
  const staysIfClaimed = claim.sessions !== undefined && claim.sessions !== 'roaming';
  if (asked === null || !staysIfClaimed || sessionsFor(claim, asked) !== 'roaming') return [];
  return [
    `${asked} is more than is claimed, so clients went from node to node; the claim (${claim.guarantees.join(', ')}) is made for those that stay, and this run does not judge it`,
  ];
}

/**
 * Whether the whole claim held. Where one level was asked for, only if the others were decided beside it, among clients
 * that kept to what the claim asks of them.
 */
export function claimHeld(
  claim: Pick<Claim, 'guarantees' | 'sessions'>,
  asked: Guarantee | null,
  {
    valid,
    held,
    violated,
  }: { readonly valid: Validity } & Readonly<Record<'held' | 'violated', readonly Guarantee[]>>,
): Validity | null {
  const { guarantees: claimed } = claim;
  if (claimed.length === 0) return null;
  if (asked === null) return valid;
  if (roamingWarnings(claim, asked).length > 0) return null;
  if (claimed.some((level) => violated.includes(level))) return false;
  // What failed, or is open, where the level held, are checks of the objects, and the claim means these too.
  const isWhole = valid === true || !held.includes(asked);
  return isWhole && claimed.every((level) => held.includes(level)) ? true : null;
}

function entailedBy(
  { entails = {} }: Judge,
  levels: readonly Guarantee[],
  { showsOwn, siblings }: Claimed,
): readonly Checker[] {
  const follows = (weaker: Guarantee): boolean => levels.some((level) => implies(level, weaker));
  // Replicas that come to agree are what such a claim is made for.
  const own = showsOwn === true && follows('convergence') ? (entails.own ?? []) : [];
  const ofSiblings = siblings === true && follows('convergence') ? (entails.siblings ?? []) : [];
  return [
    ...own,
    ...ofSiblings,
    ...guarantees.flatMap((level) => (follows(level) ? (entails[level] ?? []) : [])),
  ];
}
