/** The journal: what was synced is there again, whatever happened to the rest. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Journal, journalFile, promisedBytes, syncedFile } from '../../../nodes/host/journal.ts';
import { JournalCorrupt } from '../../../nodes/host/journalFormat.ts';
import { MemoryDisk, PowerFailure } from './memoryDisk.ts';

const owner = { model: 'law', node: 'n1' };

const open = (disk: MemoryDisk): Promise<Journal<unknown>> => Journal.open(disk, owner);

/** A disk whose journal holds each of these commit groups, synced one after the other. */
async function diskWith(...groups: unknown[][]): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const journal = await open(disk);
  for (const group of groups) {
    journal.append(group);
    await journal.sync();
  }
  return disk;
}

/** The same, but the machine stopped before the sync of the last group ended; all its bytes were written. */
async function diskTornAfter(groups: unknown[][], last: unknown[]): Promise<MemoryDisk> {
  const disk = await diskWith(...groups);
  const journal = await open(disk);
  journal.append(last);
  disk.failAt(2);
  await journal.sync().catch(expectPowerFailure);
  disk.restart({ bytesRatio: 1, keepsRenames: true });
  return disk;
}

const bytesOf = (disk: MemoryDisk): Buffer => disk.read(journalFile) ?? Buffer.alloc(0);

/** Where the line that contains this text begins and ends. */
function lineOf(disk: MemoryDisk, text: string): { from: number; to: number } {
  const bytes = bytesOf(disk);
  const at = bytes.indexOf(text);
  assert(at >= 0, `${text} is not in the journal`);
  return { from: bytes.lastIndexOf('\n', at) + 1, to: bytes.indexOf('\n', at) + 1 };
}

function flip(disk: MemoryDisk, at: number): void {
  disk.damage(journalFile, (bytes) => {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x08;
    return damaged;
  });
}

const cutTo = (disk: MemoryDisk, length: number): void =>
  disk.damage(journalFile, (bytes) => bytes.subarray(0, length));

describe('the journal', () => {
  it('gives back what was synced, in order, whatever the records hold', async () => {
    const groups = fc.array(fc.array(fc.jsonValue(), { maxLength: 4 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(groups, async (written) => {
        const disk = await diskWith(...written);
        const normal = JSON.parse(JSON.stringify(written.flat())) as unknown[];
        assert.deepEqual((await open(disk)).recovered, normal);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('counts incarnations up at every start, compactions or not', async () => {
    const disk = new MemoryDisk();
    const incarnations: number[] = [];
    for (let life = 0; life < 6; life++) {
      const journal = await open(disk);
      incarnations.push(journal.incarnation);
      if (life % 2 === 0) journal.replace([life]);
      await journal.sync();
    }
    assert.deepEqual(incarnations, [1, 2, 3, 4, 5, 6]);
  });

  it('an incarnation that was cut down in its first step is not given out again', async () => {
    for (let operation = 1; ; operation++) {
      const disk = await diskWith(['a']);
      disk.failAt(operation);
      const second = await open(disk).catch(expectPowerFailure);
      disk.restart({ bytesRatio: 0, keepsRenames: false });
      const third = await open(disk);
      assert(third.incarnation > (second?.incarnation ?? 1));
      if (second !== null) break;
    }
  });

  it('keeps what a core handed over, even if the core changes it before the sync', async () => {
    const disk = new MemoryDisk();
    const journal = await open(disk);
    const record = { value: 'as it was' };
    journal.append([record]);
    record.value = 'changed';
    await journal.sync();
    assert.deepEqual((await open(disk)).recovered, [{ value: 'as it was' }]);
  });

  it('publishes how many bytes are durable, and never more', async () => {
    const disk = await diskWith(['a']);
    const journal = await open(disk);
    assert.equal(promisedBytes(disk), bytesOf(disk).length);
    journal.append(['b']);
    assert.equal(promisedBytes(disk), bytesOf(disk).length);
    disk.failAt(2);
    await journal.sync().catch(expectPowerFailure);
    // "b" is in the file, but its sync never ended.
    assert.equal(promisedBytes(disk), lineOf(disk, '"b"').from);
  });

  it('refuses a folder whose journal is gone', async () => {
    const before = await diskWith(['a']);
    const disk = new MemoryDisk();
    disk.damage('journal.synced', () => before.read('journal.synced') ?? assert.fail());
    await assert.rejects(open(disk), /it is gone/);
  });

  it('refuses the journal of another node, of another model, or of what cannot read it', async () => {
    const disk = await diskWith(['a']);
    const typed = { ...owner, options: { type: 'or-set' } };
    await assert.rejects(Journal.open(disk, typed), /belongs to .*, not to .* with type=or-set$/);
    const other = new MemoryDisk();
    (await Journal.open(other, typed)).close();
    assert.equal((await Journal.open(other, typed)).incarnation, 2);
    const retyped = { ...owner, options: { type: 'g-set' } };
    await assert.rejects(Journal.open(other, retyped), /with type=or-set, not to .* with type=g-set$/);
    await assert.rejects(Journal.open(disk, { model: 'law', node: 'n2' }), /belongs to node n1 of model law/);
    await assert.rejects(Journal.open(disk, { model: 'raft', node: 'n1' }), JournalCorrupt);
  });
});

function expectPowerFailure(error: unknown): null {
  if (error instanceof PowerFailure) return null;
  throw error;
}

describe('a torn tail', () => {
  it('is cut off, wherever in the last record the write tore', async () => {
    const torn = (): Promise<MemoryDisk> => diskTornAfter([['a'], ['b']], ['the last']);
    const { from, to } = lineOf(await torn(), 'the last');
    for (let length = from; length < to; length++) {
      const disk = await torn();
      cutTo(disk, length);
      const journal = await open(disk);
      assert.deepEqual(journal.recovered, ['a', 'b'], `torn at byte ${length}`);
      assert.equal(journal.tornBytes, length - from);
      journal.append(['next']);
      await journal.sync();
      assert.deepEqual((await open(disk)).recovered, ['a', 'b', 'next']);
    }
  });

  it('is cut off, whichever byte of the last record is damaged', async () => {
    const torn = (): Promise<MemoryDisk> => diskTornAfter([['a'], ['b']], ['the last']);
    const { from, to } = lineOf(await torn(), 'the last');
    for (let at = from; at < to; at++) {
      const disk = await torn();
      flip(disk, at);
      assert.deepEqual((await open(disk)).recovered, ['a', 'b'], `byte ${at}`);
    }
  });

  it('is all of an unsynced commit group from the damage on, even if later records of it are intact', async () => {
    const disk = await diskTornAfter([['a']], ['b', 'c', 'd']);
    flip(disk, lineOf(disk, '"c"').from + 3);
    assert.deepEqual((await open(disk)).recovered, ['a', 'b']);
  });
});

describe('a tail that outlived its process', () => {
  it('is no more durable for the next start, which ended before its first sync', async () => {
    const disk = await diskTornAfter([['a']], ['b']);
    // Truncated, written, and the power fails before the sync.
    disk.failAt(3);
    await open(disk).catch(expectPowerFailure);
    disk.restart({ bytesRatio: 1, keepsRenames: true });
    assert.match(bytesOf(disk).toString(), /"b"\n.* i 3\n$/);
    flip(disk, lineOf(disk, '"b"').from + 12);
    assert.deepEqual((await open(disk)).recovered, ['a']);
  });
});

describe('a damaged journal', () => {
  it('is refused, whichever byte before the last record is damaged', async () => {
    const groups = [['a'], ['b', 'c'], ['the last']];
    const { from } = lineOf(await diskWith(...groups), 'the last');
    for (let at = 0; at < from; at++) {
      const disk = await diskWith(...groups);
      flip(disk, at);
      await assert.rejects(open(disk), JournalCorrupt, `byte ${at}`);
    }
  });

  it('is refused when the last record is damaged or gone, and its sync had ended', async () => {
    const groups = [['a'], ['b'], ['the last']];
    const { from, to } = lineOf(await diskWith(...groups), 'the last');
    for (let at = from; at < to; at++) {
      const flipped = await diskWith(...groups);
      flip(flipped, at);
      await assert.rejects(open(flipped), JournalCorrupt, `byte ${at} flipped`);
      const cut = await diskWith(...groups);
      cutTo(cut, at);
      await assert.rejects(open(cut), JournalCorrupt, `cut to ${at} bytes`);
    }
  });

  it('is refused although the published length is lost', async () => {
    const disk = await diskWith(['a'], ['b', 'c'], ['the last']);
    for (const text of ['"a"', '"b"', '"c"']) {
      const damaged = await diskWith(['a'], ['b', 'c'], ['the last']);
      damaged.damage(syncedFile, () => Buffer.alloc(0));
      flip(damaged, lineOf(disk, text).from + 12);
      await assert.rejects(open(damaged), JournalCorrupt);
    }
  });

  it('is refused when a record of a synced group is damaged, and not the last one', async () => {
    const disk = await diskWith(['a'], ['b', 'c', 'd']);
    flip(disk, lineOf(disk, '"c"').from + 12);
    await assert.rejects(open(disk), /bytes were durable/);
  });

  it('is refused when its base is damaged or cut, which was durable before the file had its name', async () => {
    const compacted = async (): Promise<MemoryDisk> => {
      const disk = await diskWith(['a']);
      const journal = await open(disk);
      journal.replace(['x', 'y']);
      await journal.sync();
      return disk;
    };
    const { length } = bytesOf(await compacted());
    for (let at = 0; at < length; at++) {
      const flipped = await compacted();
      flip(flipped, at);
      await assert.rejects(open(flipped), JournalCorrupt, `byte ${at} flipped`);
      const cut = await compacted();
      cutTo(cut, at);
      await assert.rejects(open(cut), JournalCorrupt, `cut to ${at} bytes`);
    }
  });

  it('says where, and touches nothing', async () => {
    const disk = await diskWith(['a'], ['b']);
    const { from } = lineOf(disk, '"a"');
    flip(disk, from + 12);
    const before = bytesOf(disk);
    await assert.rejects(open(disk), new RegExp(`at byte ${from} of ${before.length}`));
    assert.deepEqual(bytesOf(disk), before);
  });
});

describe('a power failure', () => {
  /** What a journal should hold after each sync, under a plan of appends and compactions. */
  type Action = { readonly kind: 'append' | 'replace'; readonly values: readonly number[] };
  const plan = fc.array(
    fc.record<Action>({
      kind: fc.constantFrom('append' as const, 'append' as const, 'replace' as const),
      values: fc.array(fc.nat(99), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const mercy = fc.record({
    bytesRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    keepsRenames: fc.boolean(),
  });

  it('at any operation leaves a prefix that holds at least all that was synced', async () => {
    await fc.assert(
      fc.asyncProperty(plan, mercy, fc.integer({ min: 1, max: 40 }), async (actions, kept, operation) => {
        const disk = new MemoryDisk();
        await open(disk);
        disk.failAt(operation);
        const { before, after } = await perform(disk, actions);
        disk.restart(kept);
        const { recovered } = await open(disk);
        const possible = [before, ...prefixesBetween(before, after)].map((values) => JSON.stringify(values));
        assert(
          possible.includes(JSON.stringify(recovered)),
          `${JSON.stringify(recovered)} is none of ${possible.join(' ')}`,
        );
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  it('at any operation of a compaction leaves the old journal or the new one', async () => {
    const outcomes = new Set<string>();
    for (const bytesRatio of [0, 0.5, 1]) {
      for (const keepsRenames of [false, true]) {
        for (let operation = 1, isOver = false; !isOver; operation++) {
          const disk = await diskWith(['old 1'], ['old 2']);
          const journal = await open(disk);
          journal.replace(['new']);
          disk.failAt(operation);
          isOver = (await journal.sync().catch(expectPowerFailure)) !== null;
          disk.restart({ bytesRatio, keepsRenames });
          const next = await open(disk);
          outcomes.add(JSON.stringify(next.recovered));
          assert.equal(next.incarnation, 3);
          if (isOver) assert.deepEqual(next.recovered, ['new']);
        }
      }
    }
    assert.deepEqual([...outcomes].sort(), ['["new"]', '["old 1","old 2"]']);
  });

  /** Performs the plan until the power fails: what was synced last, and what the failed sync was to add. */
  async function perform(
    disk: MemoryDisk,
    actions: readonly Action[],
  ): Promise<{ before: readonly number[]; after: readonly number[] }> {
    let before: readonly number[] = [];
    let after: readonly number[] = [];
    try {
      const journal = await open(disk);
      for (const { kind, values } of actions) {
        after = kind === 'append' ? [...before, ...values] : values;
        if (kind === 'append') journal.append(values);
        else journal.replace(values);
        await journal.sync();
        before = after;
      }
    } catch (error) {
      expectPowerFailure(error);
    }
    return { before, after };
  }

  /** For an append: every longer prefix of the new. For a compaction: the new one as a whole. */
  function prefixesBetween(before: readonly number[], after: readonly number[]): (readonly number[])[] {
    const isAppend = before.every((value, at) => after[at] === value) && after.length >= before.length;
    const longer = after
      .map((_, at) => after.slice(0, at + 1))
      .filter(({ length }) => length > before.length);
    return isAppend ? [...longer, after] : [after];
  }
});
