/**
 * The environment variables of the course's leader–follower program, as flags of `npm run node`. What is given as a flag
 * goes first. All that is wrong is said at once.
 */
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { UsageError } from '../exit.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables say; absent where they say nothing. */
export interface CourseSettings {
  readonly id?: number;
  readonly port?: number;
  readonly peers?: Readonly<Record<NodeId, string>>;
  /** `option=value`, for `--set`. */
  readonly set: readonly string[];
  readonly data?: string;
}

/** The leader is the first node: there is nobody to ask. */
const leaderNumber = 1;

/** `knowsPeers`: flags have said where the other nodes are. Throws UsageError. */
export function courseSettings(environment: Environment, knowsPeers = false): CourseSettings {
  const problems: string[] = [];
  const read = new Reader(environment, problems);
  const id = read.nodeNumber();
  const saysLeader = read.isLeader();
  const isLeader = saysLeader ?? id === leaderNumber;
  const number = id ?? (isLeader ? leaderNumber : undefined);
  if (id !== undefined && isLeader !== (id === leaderNumber))
    problems.push('the leader (ES_LIDER=1) is node 1, and no other: NODE_ID=node_1');
  const peers = isLeader ? read.followers() : read.leaderAlone();
  if (saysLeader === false && environment['URL_LIDER'] === undefined && !knowsPeers)
    problems.push('a follower (ES_LIDER=0) needs URL_LIDER, the http:// URL of its leader, or --peers');
  const port = read.wholeNumber('PUERTO', 65_535);
  const data = environment['ARCHIVO_LOG'];
  const set = read.options();
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return {
    ...(number !== undefined && { id: number }),
    ...(port !== undefined && { port }),
    ...(peers !== undefined && { peers }),
    ...(data !== undefined && data !== '' && { data }),
    set,
  };
}

class Reader {
  private readonly environment: Environment;
  private readonly problems: string[];

  constructor(environment: Environment, problems: string[]) {
    this.environment = environment;
    this.problems = problems;
  }

  /** Null and nothing alike: a variable that is empty says nothing. */
  private text(name: string): string | undefined {
    const text = this.environment[name]?.trim();
    return text === '' ? undefined : text;
  }

  private expected(name: string, what: string): undefined {
    this.problems.push(`${name} must be ${what}, not ${JSON.stringify(this.text(name))}`);
    return undefined;
  }

  wholeNumber(name: string, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    return value <= max ? value : this.expected(name, `a whole number up to ${max}`);
  }

  /** `node_2`, `2`. */
  nodeNumber(): number | undefined {
    const text = this.text('NODE_ID');
    if (text === undefined) return undefined;
    const value = Number(/(\d+)$/.exec(text)?.[1] ?? 0);
    return value >= 1 && value <= 1000
      ? value
      : this.expected('NODE_ID', 'a name that ends in a number from 1');
  }

  isLeader(): boolean | undefined {
    const text = this.text('ES_LIDER');
    if (text === undefined) return undefined;
    return text === '0' || text === '1' ? text === '1' : this.expected('ES_LIDER', '1 or 0');
  }

  /** The followers are the nodes from 2 on, in the order of the list. */
  followers(): Record<NodeId, string> | undefined {
    const urls = this.urls('SEGUIDORES');
    if (urls === undefined) return undefined;
    return Object.fromEntries(urls.map((url, at) => [nodeId(leaderNumber + 1 + at), url]));
  }

  /** A follower of the course knows its leader and nobody else. */
  leaderAlone(): Record<NodeId, string> | undefined {
    if ((this.urls('SEGUIDORES') ?? []).length > 0) this.expected('SEGUIDORES', '[] on a follower');
    const text = this.text('URL_LIDER');
    if (text === undefined) return undefined;
    const url = addressOf(text);
    if (url === null) return this.expected('URL_LIDER', 'an http:// URL');
    return { [nodeId(leaderNumber)]: url };
  }

  private urls(name: string): string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const list = jsonOf(text);
    const urls = Array.isArray(list) ? list.map(addressOf) : [null];
    return urls.every((url) => url !== null) ? urls : this.expected(name, 'a JSON array of http:// URLs');
  }

  options(): string[] {
    const confirmations = this.wholeNumber('MIN_CONFIRMACIONES_REQUERIDAS', 6);
    const heartbeats = [
      ['HEARTBEAT_INTERVAL', 'heartbeatInterval'],
      ['HEARTBEAT_TIMEOUT', 'heartbeatTimeout'],
    ] as const;
    return [
      ...(confirmations === undefined ? [] : [`ack=${confirmations === 0 ? 'none' : confirmations}`]),
      ...heartbeats.flatMap(([variable, option]) => {
        const ms = this.seconds(variable);
        return ms === undefined ? [] : [`${option}=${ms}`];
      }),
    ];
  }

  /** Seconds, as milliseconds. */
  private seconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    return value > 0 ? value * 1000 : this.expected(name, 'a number of seconds above 0');
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Nodes listen on 127.0.0.1, which is what `localhost` is meant to be, whatever a resolver says first. */
function addressOf(text: unknown): string | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:') return null;
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url.origin;
}
