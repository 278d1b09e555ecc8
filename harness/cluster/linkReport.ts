/** What the links of a run did, all together: whether its network faults met any message at all. */
import type { LinkTraffic } from './links/link.ts';

/** Faults that act on links. */
const linkFaults = ['partition', 'slow', 'flaky'];

/** Counts over all links, by what happened to messages and connections. */
export function linkProbes(traffic: readonly LinkTraffic[]): Readonly<Record<string, number>> {
  const sum = (of: (link: LinkTraffic) => number): number =>
    traffic.reduce((total, link) => total + of(link), 0);
  return {
    'messages-passed': sum((link) => link.passed),
    'messages-held': sum((link) => link.held),
    'messages-dropped': sum((link) => link.dropped),
    'messages-delayed': sum((link) => link.delayed),
    'messages-duplicated': sum((link) => link.duplicated),
    'connections-reset': sum((link) => link.reset),
  };
}

/** A warning when faults of the network were injected and no message ever met one. */
export function linkWarnings(
  probes: Readonly<Record<string, number>>,
  injected: (fault: string) => number,
): readonly string[] {
  const faults = linkFaults.filter((fault) => injected(fault) > 0);
  const met = Object.entries(probes).some(([name, count]) => name !== 'messages-passed' && count > 0);
  if (faults.length === 0 || met) return [];
  return [
    `no message between nodes ever met a fault of the network, though there were some: ${faults.join(', ')}`,
  ];
}
