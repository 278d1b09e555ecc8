/** Builds the state of a node from the journal of its earlier lives, and the journal from the state. */
import { assertNever } from '../kernel/assert.ts';
import { nodeNumber } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import { rulesOf } from './bugs.ts';
import { HandoffHints } from './handoffHints.ts';
import { MerkleTree } from './merkle.ts';
import type { JournalRecord, QuorumProtocol } from './messages.ts';
import { parseOptions } from './options.ts';
import { keep, keepHint, type Replica } from './replica.ts';
import { Ring } from './ring.ts';
import { compareVersions } from './timestamps.ts';

/** A journal is compacted when it has so many records, and twice as many as it needs. */
const recordsMin = 1000;

export function recover(init: CoreInit<QuorumProtocol>): Replica {
  const { self, peers } = init;
  const nodes = [self, ...peers].sort((left, right) => nodeNumber(left) - nodeNumber(right));
  const options = parseOptions(init.options, nodes.length);
  const comparesTrees = options.antiEntropyInterval > 0 && options.n > 1;
  const replica: Replica = {
    self,
    options,
    rules: rulesOf(init.bug),
    ring: new Ring(nodes, options.n),
    out: new Outbox(),
    now: { monotonicMs: 0, wallMs: 0 },
    incarnation: 0,
    versions: new Map(),
    issued: new Map(),
    hints: new HandoffHints(),
    recordCount: init.recovered.length,
    coordinations: new Map(),
    storing: new Map(),
    operationCount: 0,
    lastTick: 0,
    trees: new Map((comparesTrees ? peers : []).map((peer) => [peer, new MerkleTree()])),
    leaves: new Map(),
    comparisons: 0,
    changes: [],
  };
  for (const record of init.recovered) replay(replica, record);
  // Timers are set when the node starts.
  replica.out.drain();
  replica.changes = recoveredChanges(replica);
  return replica;
}

function replay(replica: Replica, record: JournalRecord): void {
  const { versions, issued } = replica;
  switch (record.type) {
    case 'incarnation':
      replica.incarnation = Math.max(replica.incarnation, record.number);
      return;
    case 'version':
      if (compareVersions(record.version, versions.get(record.key) ?? null) > 0)
        keep(replica, record.key, record.version);
      for (const node of record.missing ?? []) keepHint(replica, node, record.key, record.version);
      return;
    case 'issued':
      issued.set(record.key, record.timestamp);
      return;
    case 'hint':
      for (const node of record.nodes) keepHint(replica, node, record.key, record.version);
      return;
    default:
      assertNever(record);
  }
}

/** What the replayed journal amounts to. */
function recoveredChanges({ versions, hints }: Replica): Replica['changes'] {
  return [
    ...[...versions].map(([key, { timestamp }]) => ({ type: 'stored', key, timestamp }) as const),
    ...hints
      .entries()
      .map(
        ({ node, key, version }) => ({ type: 'hinted', node, key, timestamp: version.timestamp }) as const,
      ),
  ];
}

/** Replaces a journal that holds much that no longer counts. Amortised O(1) a record. */
export function maybeCompact(replica: Replica): void {
  const { versions, issued, hints, recordCount } = replica;
  if (recordCount < recordsMin) return;
  if (recordCount < 2 * (versions.size + issued.size + hints.size)) return;
  const records = compactedJournal(replica);
  replica.recordCount = records.length;
  replica.out.compact(records);
  replica.out.probe('journal-compacted');
}

function compactedJournal({ incarnation, versions, issued, hints }: Replica): JournalRecord[] {
  return [
    { type: 'incarnation', number: incarnation },
    ...[...versions].map(([key, version]): JournalRecord => ({ type: 'version', key, version })),
    ...[...issued].map(([key, timestamp]): JournalRecord => ({ type: 'issued', key, timestamp })),
    ...hints
      .entries()
      .map(({ node, key, version }): JournalRecord => ({ type: 'hint', nodes: [node], key, version })),
  ];
}
