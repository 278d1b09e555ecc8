/** Merkle trees, and the exchange that they guide: the same outcome as if both had exchanged everything. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fanOut, leafOf, MerkleTree, versionDigest } from '../../../nodes/quorum/merkle.ts';
import type { Version } from '../../../nodes/quorum/messages.ts';
import { newest } from '../../../nodes/quorum/timestamps.ts';
import { n1, n2, n3, ofType, Stepper } from './stepper.ts';

interface Put {
  readonly key: string;
  readonly version: Version;
}
const puts = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 40 }).map((number) => `k${number}`),
    version: fc.record(
      {
        value: fc.integer({ min: 0, max: 5 }),
        timestamp: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2 })),
      },
      { noNullPrototype: true },
    ),
  }),
  { maxLength: 60 },
);

/** What exchanging everything would leave. */
function merged(...all: readonly (readonly Put[])[]): Map<string, Version | null> {
  const keys = new Set(all.flat().map(({ key }) => key));
  return new Map(
    [...keys].map((key) => [
      key,
      newest(
        all
          .flat()
          .filter((put) => put.key === key)
          .map(({ version }) => version),
      ),
    ]),
  );
}

function treeOf(entries: readonly Put[]): MerkleTree {
  const tree = new MerkleTree();
  for (const { key, version } of entries) tree.toggle(key, versionDigest(key, version));
  return tree;
}

const entry = (number: number, value = 1): Put => ({
  key: `k${number}`,
  version: { value, timestamp: [1, 1] },
});

describe('a Merkle tree', () => {
  const entries = Array.from({ length: 500 }, (_, at) => entry(at));

  it('has one digest for the same versions, in whatever order they came', () => {
    assert.equal(treeOf(entries).digest(0, 0), treeOf([...entries].reverse()).digest(0, 0));
  });

  it('differs from the root to the leaf of what differs, and nowhere else', () => {
    const [one, other] = [treeOf(entries), treeOf([...entries.slice(0, 499), entry(499, 2)])];
    const leaf = leafOf('k499');
    const differing = (level: number): number[] =>
      Array.from({ length: fanOut ** level }, (_, place) => place).filter(
        (place) => one.digest(level, place) !== other.digest(level, place),
      );
    assert.deepEqual(differing(0), [0]);
    assert.deepEqual(differing(1), [Math.floor(leaf / fanOut)]);
    assert.deepEqual(differing(2), [leaf]);
  });

  it('forgets what is taken away, also after digests were asked for', () => {
    const tree = treeOf(entries);
    const before = tree.digest(0, 0);
    const { key, version } = entry(1000);
    tree.toggle(key, versionDigest(key, version));
    assert.notEqual(tree.digest(0, 0), before);
    tree.toggle(key, versionDigest(key, version));
    assert.equal(tree.digest(0, 0), before);
  });

  it('digests value and timestamp alike', () => {
    const digests = [
      versionDigest('k', { value: 1, timestamp: [1, 1] }),
      versionDigest('k', { value: 2, timestamp: [1, 1] }),
      versionDigest('k', { value: 1, timestamp: [2, 1] }),
      versionDigest('k', { value: 1, timestamp: 1 }),
      versionDigest('l', { value: 1, timestamp: [1, 1] }),
    ];
    assert.equal(new Set(digests).size, digests.length);
    for (const digest of digests) assert(Number.isSafeInteger(digest));
  });
});

describe('anti-entropy', () => {
  const options = { antiEntropyInterval: 100, handoff: 'off' };

  it('leaves two replicas as if they had exchanged everything', () => {
    fc.assert(
      fc.property(puts, puts, (ours, theirs) => {
        const cluster = new Stepper(2, { options });
        for (const { key, version } of ours) cluster.put(n1, key, version.value, version.timestamp);
        for (const { key, version } of theirs) cluster.put(n2, key, version.value, version.timestamp);
        cluster.fire(n1, 'anti-entropy');
        cluster.settle();
        for (const [key, version] of merged(ours, theirs)) {
          assert.deepEqual(cluster.held(n1, key), version, `n1, ${key}`);
          assert.deepEqual(cluster.held(n2, key), version, `n2, ${key}`);
        }
        assert.deepEqual(cluster.violations, []);
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('exchanges what differs, and no more', () => {
    const cluster = new Stepper(2, { options });
    for (let at = 0; at < 300; at++) {
      for (const node of [n1, n2]) cluster.put(node, `k${at}`, at, [1, 1]);
    }
    cluster.put(n1, 'k7', 'new', [2, 1]);
    cluster.fire(n1, 'anti-entropy');
    const sent: unknown[] = [];
    while (cluster.letters.length > 0) {
      for (const { message } of cluster.letters) if (message.type === 'versions') sent.push(message);
      cluster.deliver();
    }
    const version = { value: 'new', timestamp: [2, 1] };
    const wanted = { type: 'versions', versions: [], wanted: ['k7'] };
    const given = { type: 'versions', versions: [['k7', version]], wanted: [] };
    assert(sent.length <= 2 && sent.length > 0, `${sent.length} messages with versions`);
    for (const message of sent) {
      assert([wanted, given].some((one) => JSON.stringify(one) === JSON.stringify(message)));
    }
    assert.deepEqual(cluster.held(n2, 'k7'), version);
  });

  it('says nothing more once both hold the same', () => {
    const cluster = new Stepper(2, { options });
    for (const node of [n1, n2]) cluster.put(node, 'k', 1, [1, 1]);
    cluster.fire(n1, 'anti-entropy');
    cluster.deliver();
    assert.deepEqual(cluster.letters, []);
  });

  it('takes turns among peers, and spreads a version to all', () => {
    const cluster = new Stepper(3, { options });
    cluster.put(n1, 'k', 1);
    cluster.run(400);
    for (const node of [n2, n3]) assert.equal(cluster.held(node, 'k')?.value, 1);
  });

  it('gives nodes only what they are replicas of', () => {
    const cluster = new Stepper(5, { options: { ...options, n: 2, r: 2, w: 2 } });
    for (let at = 0; at < 40; at++) cluster.write(n1, `k${at}`, at);
    cluster.run(3000);
    for (let at = 0; at < 40; at++) {
      const holders = cluster.nodes.filter((node) => cluster.held(node, `k${at}`) !== null);
      assert.equal(holders.length, 2, `k${at} is at ${holders.join()}`);
    }
  });

  it('begins anew when a message is lost', () => {
    const cluster = new Stepper(2, { options });
    cluster.put(n1, 'k', 1);
    cluster.fire(n1, 'anti-entropy');
    cluster.deliver();
    cluster.drop();
    cluster.fire(n1, 'anti-entropy');
    cluster.settle();
    assert.equal(cluster.held(n2, 'k')?.value, 1);
    assert(!cluster.letters.some(ofType('versions')));
  });
});
