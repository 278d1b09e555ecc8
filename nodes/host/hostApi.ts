/**
 * The routes that every node has, whatever its model: messages of peers, the status, who leads, the addresses of
 * peers, and how wrong the wall clock is. A model's own routes come first (some have a `GET /` of their own).
 */
import type { NodeId } from '../kernel/ids.ts';
import { nodeId } from '../kernel/ids.ts';
import type { NodeModel } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { errorAnswer, type Json } from '../kernel/wire.ts';
import {
  bodyProblem,
  malformed,
  parse,
  unknownPath,
  wrongMethod,
  type Incoming,
  type Refusal,
} from './clientApi.ts';
import type { MessageCheck } from './messageCheck.ts';

/** What the routes look at and act on. */
export interface HostView<P extends Protocol> {
  readonly model: NodeModel<P>;
  readonly self: NodeId;
  readonly incarnation: number;
  readonly messageCheck: MessageCheck;
  released(): P['status'] | undefined;
  counters(): Json;
  addresses(): Readonly<Record<string, string>>;
  setAddress(node: NodeId, url: string): void;
  /** Makes the wall clock wrong by so much. */
  setClock(offsetMs: number): void;
}

/** What a peer says in one request. */
export interface PeerBatch {
  readonly from: NodeId;
  readonly messages: readonly unknown[];
}

/** An answer, or the messages of a peer, whose answer comes later (exchange.ts). */
type Understood = Refusal | { readonly batch: PeerBatch };

type Answer<P extends Protocol> = (view: HostView<P>, incoming: Incoming) => Understood;

const routes: Readonly<Record<string, { method: string; answer: Answer<Protocol> }>> = {
  '/peer': { method: 'POST', answer: onPeer },
  '/status': { method: 'GET', answer: onStatus },
  '/leader': { method: 'GET', answer: onLeader },
  '/host/peers': { method: 'POST', answer: onPeers },
  '/host/clock': { method: 'POST', answer: onClock },
  '/': { method: 'GET', answer: onAbout },
};

export function answerOfHost<P extends Protocol>(view: HostView<P>, incoming: Incoming): Understood {
  const path = incoming.path.split('?', 1)[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return { answer: unknownPath(path, view.model.routes) };
  if (route.method !== incoming.method) return wrongMethod(incoming.method, path, [route.method]);
  return route.answer(view as unknown as HostView<Protocol>, incoming);
}

/** `{from, messages}`: all of it is taken, or nothing. */
function onPeer({ self, messageCheck }: HostView<Protocol>, { body }: Incoming): Understood {
  const batch = parse(body);
  if (batch === undefined) return malformed([bodyProblem(body)]);
  const { from, messages, ...others } = (batch ?? {}) as { [name: string]: Json };
  const unknown = Object.keys(others);
  if (!isNodeName(from) || !Array.isArray(messages) || unknown.length > 0)
    return malformed(['a batch of messages is {"from": "n2", "messages": [{…}, …]}']);
  if (from === self) return malformed([`${from} is this node, and no node writes to itself`]);
  const problems = messageCheck(messages);
  return problems.length > 0 ? malformed(problems) : { batch: { from, messages } };
}

function isNodeName(value: unknown): value is NodeId {
  return typeof value === 'string' && /^n[1-9]\d*$/.test(value);
}

function onStatus(view: HostView<Protocol>): Refusal {
  const body = {
    node: view.self,
    model: view.model.name,
    incarnation: view.incarnation,
    status: (view.released() ?? null) as Json,
    host: view.counters(),
  };
  return { answer: { status: 200, body } };
}

function onLeader(view: HostView<Protocol>): Refusal {
  const released = view.released();
  if (released === undefined) {
    return { answer: errorAnswer('temporarily-unavailable', 'this node has released nothing yet') };
  }
  const leader = view.model.leader(released);
  if (leader !== null) return { answer: { status: 200, body: { leader: leader.leader, term: leader.term } } };
  const { body } = errorAnswer('not-supported', `model ${view.model.name} has no leader`);
  return { answer: { status: 404, body } };
}

/** `{"4": "http://…"}`: adds or moves peers, for changes of the membership. */
function onPeers(view: HostView<Protocol>, { body }: Incoming): Refusal {
  const given = parse(body);
  if (given === undefined) return malformed([bodyProblem(body)]);
  const entries = Object.entries(given ?? {});
  const problems = entries.flatMap(([number, url]) => [
    ...(/^[1-9]\d*$/.test(number) ? [] : [`"${number}" is not the number of a node`]),
    ...(typeof url === 'string' && isHttpUrl(url) ? [] : [`the address of ${number} must be an http:// URL`]),
  ]);
  if (entries.length === 0 || Array.isArray(given)) problems.push('the body is {"4": "http://host:port", …}');
  if (problems.length > 0) return malformed(problems);
  for (const [number, url] of entries) view.setAddress(nodeId(Number(number)), String(url));
  return { answer: { status: 200, body: { peers: view.addresses() } } };
}

/** `{"offsetMs": 2500}`: a fault makes the wall clock wrong; 0 puts it right. Monotonic time goes on as it is. */
function onClock(view: HostView<Protocol>, { body }: Incoming): Refusal {
  const given = parse(body);
  if (given === undefined) return malformed([bodyProblem(body)]);
  const offsetMs: unknown = (given as { offsetMs?: unknown } | null)?.offsetMs;
  if (!isClockOffset(offsetMs))
    return malformed(['the body is {"offsetMs": 2500}, in whole milliseconds of at most 30 years']);
  view.setClock(offsetMs);
  return { answer: { status: 200, body: { offsetMs } } };
}

const clockOffsetMsMax = 1e12;

/** Whether a wall clock may be wrong by this much: a time of day that JavaScript can express is left. */
export function isClockOffset(offsetMs: unknown): offsetMs is number {
  return Number.isSafeInteger(offsetMs) && Math.abs(Number(offsetMs)) <= clockOffsetMsMax;
}

function onAbout(view: HostView<Protocol>): Refusal {
  const { model } = view;
  const body = {
    node: view.self,
    model: model.name,
    summary: model.summary,
    incarnation: view.incarnation,
    peers: view.addresses(),
    routes: [
      ...model.routes.map((route) => `${route.method} ${route.path}: ${route.meaning}`),
      'GET /status: the last released status, and counters of the host',
      'GET /leader: who leads, as this node last released it',
    ],
  };
  return { answer: { status: 200, body } };
}

/** Whether a peer can be reached at this address. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'http:';
}
