/** One node, put together: journal, core, event loop, peers and HTTP server. This is where a real node comes to life. */
import type { AddressInfo, Server } from 'node:net';
import type { NodeId } from '../kernel/ids.ts';
import type { NodeModel, OptionValues } from '../kernel/model.ts';
import { corePrng } from '../kernel/prng.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { transportOf } from '../kernel/transport.ts';
import { Carrier } from './carrier.ts';
import { ClientApi, type Incoming } from './clientApi.ts';
import { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import { Host } from './host.ts';
import { Exchange } from './exchange.ts';
import { httpDoor, type Door } from './door.ts';
import { answerOfHost, type HostView } from './hostApi.ts';
import { createHttpServer, type Handle } from './http.ts';
import { Journal } from './journal.ts';
import { messageCheckOf, type MessageCheck } from './messageCheck.ts';
import { Peers, type Hear } from './peers.ts';

export interface NodeSettings<P extends Protocol> {
  readonly model: NodeModel<P>;
  readonly self: NodeId;
  /** 0 takes any free port. */
  readonly port: number;
  /** The address of each other node. */
  readonly peers: Readonly<Record<NodeId, string>>;
  readonly disk: Disk;
  readonly options: OptionValues;
  readonly seed: string;
  readonly bug: string | null;
  /** How wrong its wall clock is at first. */
  readonly clockOffsetMs?: number;
  /** The node cannot go on; it has gone silent already. */
  readonly onFatal: (error: Error) => void;
}

export interface RunningNode<P extends Protocol> {
  readonly port: number;
  readonly incarnation: number;
  /** How many bytes of a torn last write were cut off the journal. */
  readonly tornBytes: number;
  readonly host: Host<P>;
  readonly peers: Peers<P['message']>;
  readonly carrier: Carrier;
  readonly journal: Journal<P['record']>;
  readonly clock: Clock;
  /** Ends in good order: what was taken is synced and answered first. */
  stop(): Promise<void>;
  /** Ends at once, as a crash does: open requests end in broken connections. */
  drop(): void;
}

/** The port of a node is taken by another process. */
export class PortInUse extends Error {
  override name = 'PortInUse';
}

/** Starts a node; resolves when it accepts connections. Throws `PortInUse` or `JournalCorrupt`. */
export async function startNode<P extends Protocol>(settings: NodeSettings<P>): Promise<RunningNode<P>> {
  // Requests that come before the core lives wait for it: the journal is opened only once the port is ours, so that a
  // second process on the same folder cannot touch it.
  const early: Parameters<Handle>[] = [];
  let handle: Handle = (...request) => early.push(request);
  const forPeers = [
    '/peer',
    ...settings.model.routes.flatMap((route) => (route.fromPeers ? route.path : [])),
  ];
  const door = await doorOf(
    settings,
    (...request) => handle(...request),
    (path) => forPeers.includes(path),
  );
  const port = await listen(door.listener, settings.port);
  try {
    await settings.model.prepare?.(settings.options);
    const journal = await Journal.open<P['record']>(settings.disk, {
      model: settings.model.name,
      node: settings.self,
      options: keptOptions(settings),
    });
    const node = assemble(settings, journal, door, port);
    handle = node.handle;
    for (const request of early) handle(...request);
    return node.running;
  } catch (error) {
    door.destroy();
    throw error;
  }
}

/** The options that decide how a journal is to be read. */
function keptOptions<P extends Protocol>({ model, options }: NodeSettings<P>): OptionValues {
  const kept = model.options.filter(({ isKept }) => isKept);
  return Object.fromEntries(kept.map((option) => [option.name, options[option.name] ?? option.default]));
}

/** What gRPC needs is loaded only where it is spoken: it would cost every start of a node some 50 ms. */
async function doorOf<P extends Protocol>(
  { model, options }: NodeSettings<P>,
  handle: Handle,
  isForPeers: (path: string) => boolean,
): Promise<Door> {
  const http = createHttpServer(handle, isForPeers);
  if (transportOf(options) === 'http') return httpDoor(http);
  const { grpcDoor } = await import('./grpc/door.ts');
  return grpcDoor(http, model, handle);
}

function assemble<P extends Protocol>(
  settings: NodeSettings<P>,
  journal: Journal<P['record']>,
  door: Door,
  port: number,
): { handle: Handle; running: RunningNode<P> } {
  const { model, self } = settings;
  const { incarnation, recovered, tornBytes } = journal;
  const deliver = (from: NodeId, message: P['message']): void => host.deliver(from, message);
  const messageCheck = messageCheckOf(model);
  const peers = new Peers<P['message']>(self, settings.peers, hearerOf(messageCheck, deliver));
  const carrier = new Carrier();
  const exchange = new Exchange({
    deliver,
    whenReleased: (callback) => host.whenReleased(callback),
    takeFor: (node) => peers.takeForAnswer(node),
  });
  const core = model.create({
    self,
    peers: Object.keys(settings.peers) as NodeId[],
    prng: corePrng(settings.seed, self, incarnation),
    incarnation,
    recovered,
    options: settings.options,
    bug: settings.bug,
  });
  const clock = new Clock(settings.clockOffsetMs ?? 0);
  const host = new Host<P>({
    core,
    journal,
    send: senderOf(model, peers, carrier, deliver),
    clock: () => clock.read(),
    onFatal: (error) => {
      disconnect();
      door.destroy();
      settings.onFatal(error);
    },
  });
  const disconnect = (): void => {
    peers.stop();
    carrier.stop();
    exchange.stop();
    journal.close();
  };
  host.start();
  const running: RunningNode<P> = {
    port,
    incarnation,
    tornBytes,
    host,
    peers,
    carrier,
    clock,
    journal,
    stop: async () => {
      await host.stop();
      disconnect();
      await door.end();
    },
    drop: () => {
      host.drop();
      disconnect();
      door.destroy();
    },
  };
  return { handle: handlerOf(model, host, exchange, viewOf(settings, running, messageCheck)), running };
}

/** For what peers say in answers: to them nobody can be told what was wrong. */
function hearerOf<P extends Protocol>(
  messageCheck: MessageCheck,
  deliver: (from: NodeId, message: P['message']) => void,
): Hear {
  return (from, messages) => {
    if (messageCheck(messages).length > 0) return false;
    for (const message of messages) deliver(from, message);
    return true;
  };
}

function viewOf<P extends Protocol>(
  { model, self }: NodeSettings<P>,
  { host, peers, carrier, journal, clock, incarnation, tornBytes }: RunningNode<P>,
  messageCheck: MessageCheck,
): HostView<P> {
  return {
    model,
    self,
    incarnation,
    messageCheck,
    released: () => host.released,
    counters: () => ({
      ...host.counters,
      journal: { ...journal.counters, lengthBytes: journal.lengthBytes, tornBytes },
      peers: { ...peers.counters },
      carrier: { ...carrier.counters },
      clockOffsetMs: clock.offsetMs,
    }),
    addresses: () => peers.addresses(),
    setAddress: (node, url) => peers.setAddress(node, url),
    setClock: (offsetMs) => clock.set(offsetMs),
  };
}

/** A message goes with the batches for its peer, unless the model has it carried by a request of its own. */
function senderOf<P extends Protocol>(
  model: NodeModel<P>,
  peers: Peers<P['message']>,
  carrier: Carrier,
  deliver: (from: NodeId, message: P['message']) => void,
): (to: NodeId, message: P['message']) => void {
  return (to, message) => {
    const request = model.carried?.(message) ?? null;
    if (request === null) {
      peers.send(to, message);
      return;
    }
    carrier.ask(peers.originOf(to), request, (answer) => {
      const told = model.answered?.(message, answer) ?? null;
      if (told !== null) deliver(to, told);
    });
  };
}

function handlerOf<P extends Protocol>(
  model: NodeModel<P>,
  host: Host<P>,
  exchange: Exchange,
  view: HostView<P>,
): Handle {
  const api = new ClientApi(model);
  return (incoming: Incoming, respond, onGone) => {
    const understood = api.understand(incoming) ?? answerOfHost(view, incoming);
    if ('answer' in understood) {
      respond(understood);
      return;
    }
    if ('batch' in understood) {
      exchange.take(understood.batch, respond, onGone);
      return;
    }
    const id = host.request(understood.request, (response) => respond({ answer: model.toAnswer(response) }));
    onGone(() => host.abandon(id));
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUse(portInUse(port)) : error);
    });
    server.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function portInUse(port: number): string {
  return (
    `port ${port} is in use by another process; choose another with --port, or end that process ` +
    `(ss -ltnp "sport = :${port}" names it)`
  );
}
