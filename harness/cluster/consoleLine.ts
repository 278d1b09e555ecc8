/** The language of the console of `npm run cluster`: one command a line, parsed here without doing anything. */
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { closest } from '../../nodes/kernel/options.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Action } from '../workload.ts';
import type { LinkRule } from '../world.ts';

export type ConsoleCommand =
  /** `at`: the node that is asked; the leader when absent. */
  | { readonly kind: 'ask'; readonly action: Action; readonly at: NodeId | null }
  | { readonly kind: 'kill' | 'stop' | 'start' | 'pause' | 'resume'; readonly node: NodeId }
  | { readonly kind: 'remove' | 'transfer'; readonly node: NodeId }
  | {
      readonly kind: 'cut';
      readonly left: readonly NodeId[];
      readonly right: readonly NodeId[];
      readonly mode: LinkRule['mode'];
      readonly oneWay: boolean;
    }
  | { readonly kind: 'heal' | 'add' | 'status' | 'help' | 'nothing' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'problem'; readonly why: string };

interface Verb {
  readonly usage: string;
  readonly meaning: string;
  /** null: the words do not fit the usage. */
  parse(words: readonly string[]): ConsoleCommand | null;
}

const cutModes = ['hold', 'drop', 'reset', 'refuse'] as const;

const verbs: Readonly<Record<string, Verb>> = {
  read: {
    usage: 'read KEY [@NODE]',
    meaning: 'reads a key; @2 asks node 2 instead of the leader',
    parse: (words) => ask(words, 1, ([key = '']) => ({ kind: 'read', key })),
  },
  write: {
    usage: 'write KEY VALUE [@NODE]',
    meaning: 'sets a key; the value is JSON, or text',
    parse: (words) => ask(words, 2, ([key = '', value = '']) => ({ kind: 'write', key, value: json(value) })),
  },
  cas: {
    usage: 'cas KEY FROM TO [@NODE]',
    meaning: 'sets a key to TO if it holds FROM',
    parse: (words) =>
      ask(words, 3, ([key = '', from = '', to = '']) => ({
        kind: 'cas',
        key,
        from: json(from),
        to: json(to),
      })),
  },
  append: {
    usage: 'append KEY VALUE [@NODE]',
    meaning: 'appends to a list',
    parse: (words) =>
      ask(words, 2, ([key = '', value = '']) => ({ kind: 'txn', txn: [['append', key, json(value)]] })),
  },
  delete: {
    usage: 'delete KEY [@NODE]',
    meaning: 'deletes a key',
    parse: (words) => ask(words, 1, ([key = '']) => ({ kind: 'delete', key })),
  },
  kill: { usage: 'kill NODE', meaning: 'SIGKILL', parse: onNode('kill') },
  stop: { usage: 'stop NODE', meaning: 'SIGTERM, then SIGKILL', parse: onNode('stop') },
  start: { usage: 'start NODE', meaning: 'starts it again on its data', parse: onNode('start') },
  pause: { usage: 'pause NODE', meaning: 'SIGSTOP', parse: onNode('pause') },
  resume: { usage: 'resume NODE', meaning: 'SIGCONT', parse: onNode('resume') },
  cut: {
    usage: 'cut NODES NODES [hold|drop|reset|refuse] [oneway]',
    meaning: 'cuts the links between two groups (cut 1 2,3); oneway: only what the first says to the second',
    parse: parseCut,
  },
  heal: { usage: 'heal', meaning: 'opens all links', parse: alone('heal') },
  add: { usage: 'add', meaning: 'starts a new node and makes it a member', parse: alone('add') },
  remove: { usage: 'remove NODE', meaning: 'takes a node out of the membership', parse: onNode('remove') },
  transfer: { usage: 'transfer NODE', meaning: 'hands the leadership to a node', parse: onNode('transfer') },
  status: {
    usage: 'status',
    meaning: 'nodes, who leads as each of them says, cut links',
    parse: alone('status'),
  },
  help: { usage: 'help', meaning: 'this list', parse: alone('help') },
  quit: { usage: 'quit', meaning: 'ends the cluster; so do Ctrl-D and Ctrl-C', parse: alone('quit') },
};

export const helpText: string = Object.values(verbs)
  .map(({ usage, meaning }) => `  ${usage.padEnd(52)}${meaning}`)
  .join('\n');

export function parseLine(line: string): ConsoleCommand {
  const [name, ...words] = line.trim().split(/\s+/);
  if (name === undefined || name === '') return { kind: 'nothing' };
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) return verb.parse(words) ?? { kind: 'problem', why: `expected: ${verb.usage}` };
  const meant = closest(name, Object.keys(verbs));
  const hint = meant === null ? '' : ` Did you mean '${meant}'?`;
  return { kind: 'problem', why: `no command '${name}'.${hint} 'help' lists all.` };
}

function ask(
  words: readonly string[],
  count: number,
  toAction: (words: readonly string[]) => Action,
): ConsoleCommand | null {
  const last = words.at(-1);
  const at = last?.startsWith('@') === true && words.length === count + 1 ? parseNode(last.slice(1)) : null;
  if (words.length !== count + (at === null ? 0 : 1)) return null;
  return { kind: 'ask', action: toAction(words), at };
}

function onNode(kind: 'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'remove' | 'transfer'): Verb['parse'] {
  return ([word = '', ...more]) => {
    const node = parseNode(word);
    return node === null || more.length > 0 ? null : { kind, node };
  };
}

function alone(kind: 'heal' | 'add' | 'status' | 'help' | 'quit'): Verb['parse'] {
  return (words) => (words.length > 0 ? null : { kind });
}

function parseCut([first = '', second = '', ...more]: readonly string[]): ConsoleCommand | null {
  const left = parseNodes(first);
  const right = parseNodes(second);
  const modes = cutModes.filter((mode) => more.includes(mode));
  const isKnown = more.every((word) => word === 'oneway' || cutModes.some((mode) => mode === word));
  if (left === null || right === null || modes.length > 1 || !isKnown) return null;
  if (left.some((node) => right.includes(node))) return null;
  return { kind: 'cut', left, right, mode: modes[0] ?? 'hold', oneWay: more.includes('oneway') };
}

function parseNodes(text: string): NodeId[] | null {
  const nodes = text.split(',').map(parseNode);
  return nodes.includes(null) ? null : nodes.filter((node) => node !== null);
}

/** `2` or `n2`. */
function parseNode(text: string): NodeId | null {
  const number = /^n?([1-9]\d*)$/.exec(text)?.[1];
  return number === undefined ? null : nodeId(Number(number));
}

function json(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
