/**
 * A client's operation, as its coordinator carries it out on the replicas of the key, in at most two phases:
 *
 *     write   ask r for the highest timestamp ── issue ── store at w ── answer      (Lynch & Shvartsman 1997)
 *     read    ask r for what they hold ───────────────── store at w ── answer      (ABD 1995: write back)
 *
 * With wall-clock timestamps a write has no first phase; with `readRepair=async` a read answers before its second one,
 * and with `off` it has none. All n replicas are asked, and the first answers count (Dynamo §4.5). Whoever does not
 * answer is asked again, and again, until the request times out: what replicas do may be repeated.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Json } from '../kernel/wire.ts';
import type { Level, Response, Version } from './messages.ts';
import { quorumsOf } from './options.ts';
import { hint, isReplica, issue, newestHere, store, type Replica } from './replica.ts';
import type { Reached } from './rules.ts';
import { covers, newest } from './timestamps.ts';

export interface Coordination {
  readonly operation: number;
  readonly key: string;
  /** What a client wants to write; null for a read. */
  readonly write: { readonly value: Json } | null;
  /** How many answers each phase needs. */
  readonly quorums: { readonly r: number; readonly w: number };
  readonly replicas: readonly NodeId[];
  readonly sinceMs: number;
  /** Null once the client is answered: what is left is to bring the other replicas up to date. */
  client: RequestId | null;
  phase: 'ask' | 'store';
  /** What those who were asked hold. */
  readonly held: Map<NodeId, Version | null>;
  /** Who has answered in this phase, as often as they did. */
  answered: NodeId[];
  /** What is stored in the second phase; null before. */
  version: Version | null;
  /** Who stands in for whom (Dynamo §4.6, sloppy quorums). */
  readonly standIns: Map<NodeId, NodeId>;
  resendAtMs: number;
  resendDelayMs: number;
}

/** How often overdue operations are looked for. */
export const sweepMs = 50;
/** How long a replica may take before it is asked again, and somebody else stands in for it. */
const patienceMs = 100;
/** More operations than this at a time are refused. */
const coordinationsMax = 10_000;

/** Begins an operation of a client. */
export function coordinate(
  replica: Replica,
  id: RequestId,
  request: { readonly key: string; readonly level?: Level; readonly write: Coordination['write'] },
): void {
  const { coordinations, options, ring, now, out } = replica;
  if (coordinations.size >= coordinationsMax) {
    refuse(replica, id, 'temporarily-unavailable', 'too many operations at a time');
    return;
  }
  const { key, write, level = options.level } = request;
  const coordination: Coordination = {
    operation: nextOperation(replica),
    key,
    write,
    quorums: quorumsOf(options, level),
    replicas: ring.replicas(key),
    sinceMs: now.monotonicMs,
    client: id,
    phase: 'ask',
    held: new Map(),
    answered: [],
    version: null,
    standIns: new Map(),
    resendAtMs: now.monotonicMs + patienceMs,
    resendDelayMs: patienceMs,
  };
  if (coordinations.size === 0) out.setTimer('sweep', sweepMs);
  coordinations.set(coordination.operation, coordination);
  if (write !== null && !asksFirst(replica)) issueWrite(replica, coordination, write.value);
  else ask(replica, coordination, coordination.replicas);
  settle(replica, coordination);
}

/** Grows over all lives of the node: the number of the life comes first. */
function nextOperation(replica: Replica): number {
  return replica.incarnation * 2 ** 32 + ++replica.operationCount;
}

function asksFirst({ options, rules }: Replica): boolean {
  return options.timestamps === 'logical' && rules.asksHighest;
}

function ask(replica: Replica, coordination: Coordination, nodes: readonly NodeId[]): void {
  const { operation, key } = coordination;
  for (const node of nodes) {
    if (node !== replica.self) replica.out.send(node, { type: 'read', operation, key });
    else noteHeld(replica, coordination, node, newestHere(replica, key));
  }
}

/** A node says what it holds of the key. */
export function onHeld(
  replica: Replica,
  coordination: Coordination,
  from: NodeId,
  held: Version | null,
): void {
  noteHeld(replica, coordination, from, held);
  settle(replica, coordination);
}

function noteHeld(replica: Replica, coordination: Coordination, from: NodeId, held: Version | null): void {
  const { phase, version, write } = coordination;
  coordination.held.set(from, held);
  if (phase === 'ask') coordination.answered.push(from);
  else if (version !== null && covers(held, version)) coordination.answered.push(from);
  // A write has been sent to everybody already; a read repairs those that turn out to lag.
  else if (write === null) storeAt(replica, coordination, from);
}

/** A node holds the version that is stored. */
export function onStored(replica: Replica, coordination: Coordination, from: NodeId): void {
  const { replicas, standIns } = coordination;
  if (!replicas.includes(from) && !standIns.has(from)) return;
  coordination.answered.push(from);
  settle(replica, coordination);
}

/** What follows from what was noted. */
function settle(replica: Replica, coordination: Coordination): void {
  const { quorums, replicas } = coordination;
  if (coordination.phase === 'ask') {
    if (!isReached(replica, coordination, quorums.r)) return;
    advance(replica, coordination);
  }
  const { version, answered } = coordination;
  if (version === null) return;
  if (coordination.client !== null && isReached(replica, coordination, quorums.w))
    answer(replica, coordination, version);
  if (replicas.every((node) => answered.includes(node))) finish(replica, coordination);
}

/** Enough is known for the second phase. */
function advance(replica: Replica, coordination: Coordination): void {
  const { options, rules } = replica;
  const { held, write } = coordination;
  const highest = newest(held.values());
  if (write !== null) {
    issueWrite(replica, coordination, write.value, highest);
    return;
  }
  const repairsFirst = options.readRepair === 'sync' && rules.awaitsRepair;
  if (highest === null || !repairsFirst) answer(replica, coordination, highest);
  if (highest === null || options.readRepair === 'off') finish(replica, coordination);
  else repair(replica, coordination, highest);
}

function issueWrite(
  replica: Replica,
  coordination: Coordination,
  value: Json,
  highest: Version | null = null,
): void {
  const { key, replicas } = coordination;
  // Whoever does not hold it yet may be down; the hint goes once it says that it does.
  const missing = replica.options.handoff ? replicas.filter((node) => node !== replica.self) : [];
  const version = issue(replica, key, value, { highest, missing });
  enterStore(replica, coordination, version);
  for (const node of replicas) storeAt(replica, coordination, node);
}

/** Who answered with an older version gets the newest one; those that have not answered yet will be seen to then. */
function repair(replica: Replica, coordination: Coordination, version: Version): void {
  enterStore(replica, coordination, version);
  for (const [node, held] of coordination.held) {
    if (covers(held, version)) coordination.answered.push(node);
  }
  const lagging = [...coordination.held].filter(([, held]) => !covers(held, version));
  for (const [node] of lagging) storeAt(replica, coordination, node);
  if (lagging.length > 0) replica.out.probe('read-repaired');
}

function enterStore(replica: Replica, coordination: Coordination, version: Version): void {
  coordination.phase = 'store';
  coordination.version = version;
  coordination.answered = [];
  const { key } = coordination;
  const storing = replica.storing.get(key) ?? new Set();
  replica.storing.set(key, storing.add(coordination));
}

/** Has a node hold the version: as a replica, or on behalf of one. */
function storeAt(replica: Replica, coordination: Coordination, node: NodeId): void {
  const { key, version, standIns } = coordination;
  if (version === null) return;
  const standsFor = standIns.get(node);
  if (node !== replica.self) {
    replica.out.send(node, { type: 'write', key, version, ...(standsFor && { standsFor }) });
    return;
  }
  if (standsFor === undefined) store(replica, key, version);
  else hint(replica, [standsFor], key, version);
  coordination.answered.push(node);
}

/** Answers the client; from now on it relies on what it was told. */
function answer(replica: Replica, coordination: Coordination, version: Version | null): void {
  const { client, write, key, replicas, quorums } = coordination;
  const { out, options, changes } = replica;
  if (client === null) return;
  coordination.client = null;
  const isPromise = !options.sloppy && (write !== null || options.readRepair === 'sync');
  if (version !== null && isPromise) {
    const { timestamp } = version;
    changes.push({ type: 'promised', key, timestamp, replicas, holders: quorums.w });
  }
  if (write === null || version === null) out.reply(client, { type: 'value', key, version });
  else out.reply(client, { type: 'written', key, version, status: 'success' });
}

/** Whether so many have answered in this phase. */
function isReached(replica: Replica, coordination: Coordination, quorum: number): boolean {
  const { answered, replicas } = coordination;
  const { rules, options } = replica;
  const reached: Reached = {
    answered,
    replicas: replicas.length,
    silent: silent(replica, coordination).length,
    areHinted: coordination.phase === 'store' && options.handoff && coordination.write !== null,
  };
  return rules.count(reached) >= rules.needed(quorum, reached);
}

/** The replicas that have not answered, once there was time enough to. */
function silent({ now }: Replica, { replicas, answered, sinceMs }: Coordination): readonly NodeId[] {
  if (now.monotonicMs - sinceMs < patienceMs) return [];
  return replicas.filter((node) => !answered.includes(node));
}

function refuse(
  replica: Replica,
  id: RequestId,
  error: Extract<Response, { type: 'no-quorum' }>['error'],
  why: string,
): void {
  replica.out.reply(id, { type: 'no-quorum', error, why });
}

function finish(replica: Replica, coordination: Coordination): void {
  const { operation, key } = coordination;
  replica.coordinations.delete(operation);
  const storing = replica.storing.get(key);
  storing?.delete(coordination);
  if (storing?.size === 0) replica.storing.delete(key);
}

/** Gives up what is overdue, and asks once more where no answer has come. */
export function onSweep(replica: Replica): void {
  const { coordinations, now, out } = replica;
  for (const coordination of [...coordinations.values()]) {
    if (now.monotonicMs - coordination.sinceMs >= replica.options.requestTimeoutMs)
      giveUp(replica, coordination);
    else if (now.monotonicMs >= coordination.resendAtMs) askAgain(replica, coordination);
  }
  if (coordinations.size > 0) out.setTimer('sweep', sweepMs);
}

function askAgain(replica: Replica, coordination: Coordination): void {
  const { options, now } = replica;
  coordination.resendAtMs = now.monotonicMs + coordination.resendDelayMs;
  coordination.resendDelayMs *= 2;
  // Repair without a client that waits is worth one attempt.
  if (coordination.client === null) return;
  const missing = silent(replica, coordination);
  if (options.sloppy) chooseStandIns(replica, coordination, missing);
  const nodes = [...missing, ...coordination.standIns.keys()].filter(
    (node) => !coordination.answered.includes(node),
  );
  if (coordination.phase === 'ask') ask(replica, coordination, nodes);
  else for (const node of nodes) storeAt(replica, coordination, node);
  settle(replica, coordination);
}

/** The nodes that follow the replicas on the preference list stand in for those that do not answer, in their order. */
function chooseStandIns(replica: Replica, coordination: Coordination, missing: readonly NodeId[]): void {
  const { key, standIns } = coordination;
  const others = replica.ring.preferenceList(key).filter((node) => !isReplica(replica, node, key));
  for (const [at, node] of missing.entries()) {
    const standIn = others[at];
    if (standIn !== undefined) standIns.set(standIn, node);
  }
  if (missing.length > 0 && others.length > 0) replica.out.probe('stand-in-asked');
}

/** No quorum in time. Refused for sure only if no timestamp was issued: reads leave nothing, a write may take effect. */
function giveUp(replica: Replica, coordination: Coordination): void {
  const { client, write, phase } = coordination;
  finish(replica, coordination);
  if (client === null) return;
  const isIssued = write !== null && phase === 'store';
  const error = isIssued ? replica.rules.outcomeOfIssued : 'temporarily-unavailable';
  const { r, w } = coordination.quorums;
  const have = new Set(coordination.answered).size;
  const need = phase === 'ask' ? r : w;
  refuse(replica, client, error, `${have} of ${need} replicas answered in time`);
}
