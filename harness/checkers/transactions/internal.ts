/**
 * Transactions against themselves: a read must agree with what the same transaction read and wrote before (internal
 * consistency, Cerone et al. 2015), and cannot see what it writes only later.
 */
import type { Findings } from './findings.ts';
import { appendMicro, readMicro } from './microScanner.ts';
import type { Narrator } from './narrator.ts';
import { endOfValue } from './tokens.ts';
import type { Transactions } from './transactions.ts';

/** Reads of lists that disagree with earlier reads and appends of their transaction. O(bytes of the reads). */
export function findInternalLists(txns: Transactions, findings: Findings, narrator: Narrator): void {
  const appends: number[] = [];
  for (let read = 0; read < txns.kind.length; read++) {
    if (txns.kind[read] !== readMicro || (txns.earlier[read] ?? -1) < 0) continue;
    appends.length = 0;
    let before = txns.earlier[read] ?? -1;
    for (; before >= 0 && txns.kind[before] === appendMicro; before = txns.earlier[before] ?? -1)
      appends.push(before);
    appends.reverse();
    const agrees = before >= 0 ? continues(txns, before, appends, read) : endsWith(txns, appends, read);
    if (agrees) continue;
    const own = appends.map((micro) => narrator.element(micro));
    findings.add('internal', [txns.owner[read] ?? 0], txns.key[read] ?? 0, () => {
      const saw = before >= 0 ? [`had read it as ${narrator.read(before)}`] : [];
      const did = own.length > 0 ? [`had appended ${own.slice(0, 8).join(', ')} to it`] : [];
      return `${narrator.who(txns.owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, although it ${[...saw, ...did].join(' and ')} before.`;
    });
  }
}

/** Whether a list is an earlier one with these elements behind it. */
function continues(txns: Transactions, before: number, appends: readonly number[], read: number): boolean {
  const { bytes, listStart, listEnd } = txns;
  const start = listStart[read] ?? 0;
  const end = listEnd[read] ?? 0;
  const old = listStart[before] ?? 0;
  const length = (listEnd[before] ?? 0) - old;
  if (length > end - start) return false;
  for (let at = 0; at < length; at++) if (bytes[start + at] !== bytes[old + at]) return false;
  if (length === 0) return isExactly(txns, appends, start, end);
  if (start + length === end) return appends.length === 0;
  const comma = 0x2c;
  return bytes[start + length] === comma && isExactly(txns, appends, start + length + 1, end);
}

function endsWith(txns: Transactions, appends: readonly number[], read: number): boolean {
  const { bytes, listStart, listEnd } = txns;
  const end = listEnd[read] ?? 0;
  let left = 0;
  for (let at = listStart[read] ?? 0; at < end; at = endOfValue(bytes, at) + 1) left++;
  let at = listStart[read] ?? 0;
  for (; left > appends.length; left--) at = endOfValue(bytes, at) + 1;
  return isExactly(txns, appends, at, end);
}

/** Whether the elements in `bytes[from, to)` are those of the appends. */
function isExactly(txns: Transactions, appends: readonly number[], from: number, to: number): boolean {
  const { bytes, tokens, token } = txns;
  let at = from;
  for (const micro of appends) {
    if (at >= to) return false;
    const end = endOfValue(bytes, at);
    if (tokens.of(bytes, at, end) !== token[micro]) return false;
    at = end + 1;
  }
  return at >= to;
}

/** Reads of registers that disagree with what their transaction last read or wrote. O(micro-operations). */
export function findInternalRegisters(txns: Transactions, findings: Findings, narrator: Narrator): void {
  const { kind, earlier, token, owner, key } = txns;
  for (let read = 0; read < kind.length; read++) {
    const before = earlier[read] ?? -1;
    if (kind[read] !== readMicro || before < 0 || token[before] === token[read]) continue;
    findings.add('internal', [owner[read] ?? 0], key[read] ?? 0, () => {
      const known =
        kind[before] === readMicro
          ? `read it as ${narrator.read(before)}`
          : `written ${narrator.element(before)} to it`;
      return `${narrator.who(owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, although it had ${known} before.`;
    });
  }
}

/** Reads that saw what their own transaction writes only later: `futureWrite` of a read, or −1. */
export function findFutureReads(
  txns: Transactions,
  futureWrite: (read: number) => number,
  findings: Findings,
  narrator: Narrator,
): void {
  const { kind, owner, key } = txns;
  for (let read = 0; read < kind.length; read++) {
    const write = kind[read] === readMicro ? futureWrite(read) : -1;
    if (write < 0) continue;
    findings.add('future-read', [owner[read] ?? 0], key[read] ?? 0, () => {
      const late = `its own ${narrator.write(write)} came only after that`;
      return `${narrator.who(owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, but ${late}.`;
    });
  }
}
