/** Damaged journals: whatever a loss of power does to what was not synced, what was promised is there afterwards. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damageJournal, damaged, unsyncedBytes } from '../../../harness/cluster/damage.ts';
import { folderDisk } from '../../../nodes/host/disk.ts';
import { Journal, journalFile, syncedFile } from '../../../nodes/host/journal.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';

const owner = { model: 'law', node: 'n1' };
const damages = ['cut', 'tear', 'flip'] as const;

describe('damage to a journal', () => {
  let folder = '';

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-damage-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function write(...groups: string[][]): Promise<void> {
    const journal = await Journal.open<string>(folderDisk(folder), owner);
    for (const group of groups) {
      journal.append(group);
      await journal.sync();
    }
    journal.close();
  }

  /** A journal as a kill leaves it: the last group was written, and its sync had not ended. */
  async function writeUnsynced(synced: string[], last: string[]): Promise<void> {
    await write(synced);
    const published = join(folder, syncedFile);
    const journal = await Journal.open<string>(folderDisk(folder), owner);
    copyFileSync(published, `${published}.before`);
    journal.append(last);
    await journal.sync();
    journal.close();
    copyFileSync(`${published}.before`, published);
  }

  const recovered = async (): Promise<readonly string[]> => {
    const journal = await Journal.open<string>(folderDisk(folder), owner);
    journal.close();
    return journal.recovered;
  };

  for (const damage of damages) {
    it(`by a ${damage} loses what was not synced from some record on, and nothing else`, async () => {
      const lengths = new Set<number>();
      for (let seed = 0; seed < 40; seed++) {
        await writeUnsynced(['a', 'b'], ['c'.repeat(40), 'd'.repeat(40), 'e'.repeat(40)]);
        const unsynced = unsyncedBytes(folder);
        assert(unsynced > 120);
        const what = damageJournal(folder, damage, createPrng(seed));
        assert.match(
          what ?? '',
          new RegExp(`^${damage}: of \\d+ bytes the last ${unsynced} were not synced$`),
        );
        const left = await recovered();
        assert.deepEqual(left.map((record) => record[0]).join(''), 'abcde'.slice(0, left.length));
        assert(left.length >= 2 && left.length < 5, `${left.length} records are left`);
        lengths.add(left.length);
        rmSync(folder, { recursive: true });
      }
      assert.deepEqual([...lengths].sort(), [2, 3, 4]);
    });
  }

  it('touches nothing that was synced', async () => {
    await write(['a'], ['b', 'c']);
    const before = readFileSync(join(folder, journalFile));
    for (const damage of damages) assert.equal(damageJournal(folder, damage, createPrng(1)), null);
    assert.deepEqual(readFileSync(join(folder, journalFile)), before);
    const bytes = Buffer.from('promised, and not promised');
    for (const damage of damages)
      for (let seed = 0; seed < 200; seed++) {
        const after = damaged(bytes, 8, damage, createPrng(seed));
        assert.deepEqual(after.subarray(0, 8), bytes.subarray(0, 8));
        assert.notDeepEqual(after, bytes, 'something is damaged');
        assert(damage === 'cut' ? after.length < bytes.length : after.length === bytes.length);
      }
  });

  it('finds nothing where there is no journal', () => {
    assert.equal(unsyncedBytes(folder), 0);
    assert.equal(damageJournal(folder, 'cut', createPrng(1)), null);
  });
});
