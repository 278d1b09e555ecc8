/**
 * What clients saw of lists that are only appended to, with values that occur once, and whether that is linearizable.
 * Such a list tells its whole past, so each rule below can be checked in passing; together they are the definition.
 */
export interface ListOp {
  readonly key: string;
  /** The value appended; null for a read. */
  readonly value: number | null;
  readonly startUs: number;
  endUs: number;
  outcome: 'open' | 'ok' | 'fail';
  /** What a read that is ok has seen. */
  list: readonly number[];
}

/** What is wrong, in sentences. O(n log n + values read). */
export function problemsOf(ops: readonly ListOp[]): string[] {
  const keys = [...new Set(ops.map(({ key }) => key))];
  return keys.flatMap((key) => problemsOfKey(ops.filter((op) => op.key === key)));
}

function problemsOfKey(ops: readonly ListOp[]): string[] {
  const problems: string[] = [];
  const reads = ops.filter(({ value, outcome }) => value === null && outcome === 'ok');
  const longest = reads.reduce<readonly number[]>(
    (best, { list }) => (list.length > best.length ? list : best),
    [],
  );
  const places = new Map(longest.map((value, at) => [value, at + 1]));
  if (places.size !== longest.length) problems.push('a value was appended twice');
  for (const { list } of reads) {
    if (list.some((value, at) => longest[at] !== value)) problems.push('two reads saw different pasts');
  }
  for (const { value, outcome } of ops) {
    if (value === null) continue;
    if (outcome === 'ok' && !places.has(value)) problems.push(`${value} was acknowledged and is lost`);
    if (outcome === 'fail' && places.has(value)) problems.push(`${value} was refused and is there`);
  }
  return [...problems, ...staleIn(ops, places)];
}

/** Whatever begins after something has ended comes later in the list, or sees more of it. */
function staleIn(ops: readonly ListOp[], places: ReadonlyMap<number, number>): string[] {
  const done = ops.filter(({ outcome }) => outcome === 'ok');
  const ends = [
    ...done.map((op) => ({ atUs: op.startUs, isStart: true, op })),
    ...done.map((op) => ({ atUs: op.endUs, isStart: false, op })),
  ].sort((a, b) => a.atUs - b.atUs || Number(b.isStart) - Number(a.isStart));
  const problems: string[] = [];
  const knownAtStart = new Map<ListOp, number>();
  let known = 0;
  for (const { isStart, op } of ends) {
    if (isStart) {
      knownAtStart.set(op, known);
      continue;
    }
    const place = op.value === null ? op.list.length : (places.get(op.value) ?? 0);
    const expected = knownAtStart.get(op) ?? 0;
    if (place < expected) problems.push(`at ${op.startUs} µs: ${place} of at least ${expected} values`);
    known = Math.max(known, place);
  }
  return problems;
}
