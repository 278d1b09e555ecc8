/**
 * What must hold of all nodes at all times, as observers of released states. Each costs O(change).
 */
import type { NodeId } from '../kernel/ids.ts';
import { nodeNumber } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import type { CausalProtocol, Version, Write } from './messages.ts';
import { isLater } from './rules.ts';
import { covers, entryOf, textOfVector, withEntry, type Vector } from './vector.ts';

const vectorForward: Invariant<CausalProtocol> = {
  name: 'vector-forward',
  source: 'Ahamad et al. 1995, §3',
  meaning: 'what a node has applied stays applied, over restarts too',
  observer: () => {
    const shown = new Map<NodeId, Vector>();
    return ({ node, status: { applied } }) => {
      const before = shown.get(node) ?? {};
      shown.set(node, applied);
      if (covers(applied, before)) return null;
      return `${node} had applied ${textOfVector(before)}, and now ${textOfVector(applied)}`;
    };
  },
};

const causallyClosed: Invariant<CausalProtocol> = {
  name: 'causally-closed',
  source: 'Lloyd et al. 2011, §3.1; Bailis et al. 2013, §3.1 (causal cut)',
  meaning:
    'whoever has applied a write has applied all that it depends on, and no write of a node before its earlier ones',
  observer: () => {
    const dependencies = new Map<string, Vector>();
    const shown = new Map<NodeId, Vector>();
    return ({ node, status: { applied, writes, isFirst } }) => {
      let now = (isFirst ? null : shown.get(node)) ?? {};
      shown.set(node, applied);
      const jumped = hasJumped(now, applied, writes);
      for (const write of writes) {
        dependencies.set(dotOf(write), write.dependencies);
        const isNext = write.sequence === entryOf(now, write.origin) + 1;
        // What came with a whole state in the same step is in the vector after it.
        if ((!isNext && !jumped) || !covers(applied, write.dependencies))
          return `${node} applied ${described(write)} when it had applied ${textOfVector(now)}`;
        now = withEntry(now, write.origin, write.sequence);
      }
      for (const [origin, sequence] of Object.entries(applied)) {
        const needed = dependencies.get(`${origin}:${sequence}`) ?? {};
        if (!covers(applied, needed))
          return `${node} has applied write ${sequence} of node ${origin}, which depends on ${textOfVector(needed)}, and has only ${textOfVector(applied)}`;
      }
      return null;
    };
  },
};

/** Whether a step has applied more than these writes. */
function hasJumped(before: Vector, after: Vector, writes: readonly Write[]): boolean {
  const count = (vector: Vector): number => Object.values(vector).reduce((sum, entry) => sum + entry, 0);
  return count(after) - count(before) > writes.length;
}

const writesKnowTheirPast: Invariant<CausalProtocol> = {
  name: 'writes-know-their-past',
  source: 'Lamport 1978 (clock condition); Lloyd et al. 2011, §3.1',
  meaning: 'a write depends on all that its node had applied, and is later than all of it',
  observer: () => {
    const shown = new Map<NodeId, { applied: Vector; lamport: number }>();
    return ({ node, status }) => {
      let { applied, lamport } = shown.get(node) ?? { applied: {}, lamport: 0 };
      const self = String(nodeNumber(node));
      for (const write of status.writes) {
        if (write.origin === self && !(covers(write.dependencies, applied) && write.lamport > lamport))
          return `${node} took ${described(write)} at ${write.lamport}, having applied ${textOfVector(applied)} up to ${lamport}`;
        applied = withEntry(applied, write.origin, write.sequence);
        lamport = Math.max(lamport, write.lamport);
      }
      const seen = status.changed.map(([, version]) => version.lamport);
      shown.set(node, { applied: status.applied, lamport: seen.reduce((a, b) => Math.max(a, b), lamport) });
      return null;
    };
  },
};

const numberedOnce: Invariant<CausalProtocol> = {
  name: 'numbered-once',
  source: 'Terry et al. 1994, §4 (identifiers of writes)',
  meaning: 'a sequence number of a node stands for one write, at all nodes and over restarts',
  observer: () => {
    const known = new Map<string, string>();
    return ({ node, status: { writes } }) => {
      for (const write of writes) {
        const text = JSON.stringify([write.key, write.value, write.lamport]);
        const other = known.get(dotOf(write)) ?? text;
        if (other !== text)
          return `${node} applied ${described(write)} as ${text}, which is ${other} elsewhere`;
        known.set(dotOf(write), text);
      }
      return null;
    };
  },
};

const versionsForward: Invariant<CausalProtocol> = {
  name: 'versions-forward',
  source: "Lloyd et al. 2011, §3.3 (Thomas's write rule)",
  meaning: 'what a node holds of a key is only replaced by what is later in the order of all writes',
  observer: () => {
    const held = new Map<NodeId, Map<string, Version>>();
    return ({ node, status: { changed } }) => {
      const versions = held.get(node) ?? new Map<string, Version>();
      held.set(node, versions);
      for (const [key, version] of changed) {
        const before = versions.get(key);
        versions.set(key, version);
        if (before !== undefined && isLater(before, version))
          return `${node} held ${key} of ${stampOf(before)}, and now that of ${stampOf(version)}`;
      }
      return null;
    };
  },
};

const sameVectorSameState: Invariant<CausalProtocol> = {
  name: 'same-vector-same-state',
  source: 'Lloyd et al. 2011, §3.2 (convergent conflict handling)',
  meaning: 'nodes that have applied the same writes hold the same, in whatever order they came',
  observer: () => {
    const digests = new Map<string, { digest: number; node: NodeId }>();
    const replicas = new Map<NodeId, { stamps: Map<string, string>; digest: number }>();
    return ({ node, status: { applied, changed, isFirst } }) => {
      const fresh = { stamps: new Map<string, string>(), digest: 0 };
      const replica = isFirst ? fresh : (replicas.get(node) ?? fresh);
      replicas.set(node, replica);
      for (const [key, version] of changed) {
        const stamp = `${key} ${stampOf(version)}`;
        const before = replica.stamps.get(key);
        replica.digest ^= hashOf(stamp) ^ (before === undefined ? 0 : hashOf(before));
        replica.stamps.set(key, stamp);
      }
      const text = textOfVector(applied);
      const known = digests.get(text) ?? { digest: replica.digest, node };
      digests.set(text, known);
      if (known.digest === replica.digest) return null;
      return `${node} and ${known.node} both have applied ${text}, and do not hold the same`;
    };
  },
};

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

function dotOf({ origin, sequence }: Write): string {
  return `${origin}:${sequence}`;
}

function stampOf({ lamport, origin }: Version): string {
  return `${lamport}@${origin}`;
}

function described({ key, origin, sequence, dependencies }: Write): string {
  return `write ${sequence} of node ${origin} (${key}), which depends on ${textOfVector(dependencies)}`;
}

export const invariants: readonly Invariant<CausalProtocol>[] = [
  vectorForward,
  causallyClosed,
  writesKnowTheirPast,
  numberedOnce,
  versionsForward,
  sameVectorSameState,
];
