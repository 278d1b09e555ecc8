/**
 * Placeholders in the commands, environment and input of a submission: what a node is told of its place in the cluster.
 * Ports and URLs of peers are those of the node's own directed links, so that a program which knows nothing of the
 * harness can be partitioned. Pure.
 */
import { closest } from '../../nodes/kernel/options.ts';
import type { OptionValues } from '../../nodes/kernel/model.ts';
import type { NodePlace } from '../cluster/program.ts';

/** A place among so many nodes: the peers of a proxy are all of them. */
export type SeatedPlace = NodePlace & { readonly nodes: number };

/** What they stand for, in the order in which people are told. */
const meanings: Readonly<Record<string, (place: SeatedPlace) => string>> = {
  id: ({ number }) => String(number),
  index: ({ number }) => String(number - 1),
  nodes: ({ nodes }) => String(nodes),
  host: ({ host }) => host,
  port: ({ port }) => String(port),
  peerPorts: ({ peers }) => peers.map(({ url }) => new URL(url).port).join(','),
  peerUrls: ({ peers }) => JSON.stringify(peers.map(({ url }) => url)),
  peers: ({ peers }) => peers.map(({ number, url }) => `${number}=${url}`).join(','),
  leaderUrl: leaderUrl,
  isLeader: ({ number }) => (number === leaderNumber ? '1' : '0'),
  dataDir: ({ dataDirectory }) => dataDirectory,
};

/** The node that leads where leaders are not elected. */
export const leaderNumber = 1;

/** These tell a node where the others are; a program that is told none of them dials ports that it has chosen itself. */
const peerPlaceholders = new Set(['peerPorts', 'peerUrls', 'peers', 'leaderUrl']);

const placeholder = /\{([A-Za-z][\w.]*)\}/g;

/** The text with every placeholder replaced. Nothing that was filled in is looked at again. */
export function filled(text: string, place: SeatedPlace, options: OptionValues): string {
  return text.replace(placeholder, (whole, name: string) => {
    if (name.startsWith('option.')) return String(options[name.slice('option.'.length)] ?? whole);
    return Object.hasOwn(meanings, name) ? (meanings[name]?.(place) ?? whole) : whole;
  });
}

/** Whether a node is told where the others are. */
export function tellsPeers(texts: readonly string[]): boolean {
  return texts.some((text) => namesIn(text).some((name) => peerPlaceholders.has(name)));
}

/** What is wrong with the placeholders of a text, a phrase each. */
export function placeholderProblems(text: string, optionNames: readonly string[]): readonly string[] {
  const known = [...Object.keys(meanings), ...optionNames.map((name) => `option.${name}`)];
  return namesIn(text)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = closest(name, known);
      const hint =
        nearest === null
          ? `there are ${known.map((each) => `{${each}}`).join(' ')}`
          : `did you mean {${nearest}}?`;
      return `has an unknown placeholder {${name}}; ${hint}`;
    });
}

function namesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

/** Where the first node is: for itself its own address. */
function leaderUrl({ number, host, port, peers }: NodePlace): string {
  if (number === leaderNumber) return `http://${host}:${port}`;
  return peers.find((peer) => peer.number === leaderNumber)?.url ?? '';
}
