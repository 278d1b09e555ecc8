/**
 * Final reads of replicas that are claimed to converge: every key is read at every node, in rounds, until all nodes
 * agree in two of them. A key on which they disagree is given up when nothing has changed for five intervals (and in as
 * many rounds as it takes to prove that nothing will: harness/checkers/objects, convergence), or at the deadline.
 *
 * A round reads all keys that are not settled, whoever is free; the next one begins when all of it has been answered.
 * So the time of the first round in which the nodes agree is the time they took, up to an interval.
 */
import type { Generator, GeneratorContext, Invocation } from '../harness/generator/index.ts';
import type { Op } from '../harness/history.ts';
import { nameOfValue } from '../harness/specs/describe.ts';
import { nodesOf, type UsedKey, type WorkloadOptions } from '../harness/workload.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Settling } from '../nodes/kernel/model.ts';
import type { Json } from '../nodes/kernel/wire.ts';

/** The read of a key, and whether its answer is a list in any order. */
export interface FinalRead {
  readonly f: string;
  readonly value: (key: string) => Json;
  readonly isUnordered?: boolean;
}

const agreeingRounds = 2;
const quietIntervals = 5;

/** What is known of a key. Names are of answers, by node. */
interface Watched {
  readonly key: string;
  /** So many rounds without a change prove something. */
  readonly quietRoundsMin: number;
  readonly names: ReadonlyMap<NodeId, string>;
  readonly agreed: number;
  /** Complete rounds without a change, and since when. */
  readonly quietRounds: number;
  readonly quietSinceNs: number;
}

interface Question {
  readonly key: string;
  readonly node: NodeId;
}

interface State {
  readonly startNs: number;
  readonly watched: readonly Watched[];
  /** What this round still has to ask. */
  readonly questions: readonly Question[];
  /** How many reads are in flight. */
  readonly open: number;
  /** The names of this round's answers, by key and node. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<NodeId, string>>;
  /** When the next round may begin. */
  readonly nextNs: number;
}

interface Plan {
  readonly read: FinalRead;
  readonly settling: Settling;
  readonly nodes: readonly NodeId[];
  /** Whether sessions may not go from node to node. */
  readonly isSticky: boolean;
}

export function settlingReads(
  keys: readonly UsedKey[],
  options: WorkloadOptions,
  settling: Settling,
  read: FinalRead,
): Generator {
  const { sessions = 'roaming' } = options;
  const plan: Plan = {
    read,
    settling,
    nodes: nodesOf(options),
    isSticky: sessions !== 'roaming',
  };
  const watched = keys.map(({ key, crashes }) => ({
    key,
    // A change may be what an operation without an answer did: there must be more rounds than of those.
    quietRoundsMin: Math.max(quietIntervals + 1, crashes + 2),
    names: new Map<NodeId, string>(),
    agreed: 0,
    quietRounds: 0,
    quietSinceNs: 0,
  }));
  return settlingIn(plan, {
    startNs: -1,
    watched,
    questions: [],
    open: 0,
    answers: new Map(),
    nextNs: 0,
  });
}

function settlingIn(plan: Plan, state: State): Generator {
  return {
    next(context) {
      const { timeNs } = context;
      let now = state.startNs < 0 ? roundOf(plan, { ...state, startNs: timeNs }) : state;
      if (now.open === 0 && now.questions.length === 0) {
        const isLate = timeNs >= now.startNs + plan.settling.deadlineMs * 1e6;
        if (now.watched.length === 0 || isLate) return { kind: 'exhausted' };
        if (timeNs < now.nextNs) return { kind: 'pending', rest: settlingIn(plan, now), untilNs: now.nextNs };
        now = roundOf(plan, now);
      }
      const asked = questionFor(plan, now, context);
      if (asked === null) return { kind: 'pending', rest: settlingIn(plan, now) };
      const { question, op } = asked;
      const questions = now.questions.filter((other) => other !== question);
      return { kind: 'op', op, rest: settlingIn(plan, { ...now, questions, open: now.open + 1 }) };
    },
    update(_context, event) {
      if (event.type === 'invoke' || event.key === undefined) return this;
      return settlingIn(plan, learned(plan, state, event));
    },
  };
}

/** The state with the questions of another round. */
function roundOf({ nodes }: Plan, state: State): State {
  const questions = state.watched.flatMap(({ key }) => nodes.map((node) => ({ key, node })));
  return { ...state, questions, answers: new Map() };
}

/** A question that a free thread may ask; null when there is none for those that are free. */
function questionFor(
  { read, nodes, isSticky }: Plan,
  { questions }: State,
  { free, threads }: GeneratorContext,
): { readonly question: Question; readonly op: Invocation } | null {
  const hasOwnNode = isSticky && threads.length >= nodes.length;
  for (const thread of free) {
    const own = nodes[threads.indexOf(thread) % nodes.length];
    const question = hasOwnNode ? questions.find(({ node }) => node === own) : questions[0];
    if (question === undefined) continue;
    const { key, node } = question;
    // With fewer threads than nodes, a session that must stay is over after one read.
    const endsSession = isSticky && !hasOwnNode;
    return { question, op: { f: read.f, key, value: read.value(key), node, thread, endsSession } };
  }
  return null;
}

function learned(plan: Plan, state: State, event: Op): State {
  const { key = '', node, type, value } = event;
  const answers = new Map(state.answers);
  if (type === 'ok' && node !== undefined)
    answers.set(key, new Map(answers.get(key)).set(node, answerName(value, plan.read.isUnordered === true)));
  const after = { ...state, answers, open: Math.max(0, state.open - 1) };
  return after.open > 0 || after.questions.length > 0 ? after : judged(plan, after, event.timeNs);
}

/** The state after a round: settled keys are left out, and the next round has a time. */
function judged(plan: Plan, state: State, nowNs: number): State {
  const intervalNs = plan.settling.intervalMs * 1e6;
  const watched = state.watched
    .map((key) => seen(key, state.answers.get(key.key) ?? new Map(), plan.nodes.length, nowNs))
    .filter((key) => {
      const isQuiet = nowNs - key.quietSinceNs >= quietIntervals * intervalNs;
      return key.agreed < agreeingRounds && !(key.quietRounds >= key.quietRoundsMin && isQuiet);
    });
  const rounds = Math.max(quietIntervals + 1, ...watched.map(({ quietRoundsMin }) => quietRoundsMin));
  return { ...state, watched, nextNs: nowNs + (quietIntervals * intervalNs) / (rounds - 1) };
}

/** What is known of a key after a round. One in which a node did not answer shows nothing, and refutes nothing. */
function seen(key: Watched, names: ReadonlyMap<NodeId, string>, nodes: number, nowNs: number): Watched {
  if (names.size < nodes) return key;
  const isSame = [...names].every(([node, name]) => key.names.get(node) === name);
  return {
    ...key,
    names,
    agreed: new Set(names.values()).size === 1 ? key.agreed + 1 : 0,
    quietRounds: isSame ? key.quietRounds + 1 : 1,
    quietSinceNs: isSame ? key.quietSinceNs : nowNs,
  };
}

/** Equal for answers that say the same. Values between which nobody decided have no order. */
function answerName(answer: Json, isUnordered: boolean): string {
  const isSiblings = typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'values');
  const list = isSiblings ? (answer as { readonly values: Json }).values : answer;
  if (!Array.isArray(list) || !(isSiblings || isUnordered)) return nameOfValue(answer);
  return (list as readonly Json[]).map(nameOfValue).sort().join();
}
