/** What was found wrong: few enough to be read, but counted. */

/** Names of anomalies, as Adya (1999) and Elle (Kingsbury & Alvaro, VLDB 2020) call them. */
export type AnomalyKind =
  | 'garbage-read'
  | 'duplicate-elements'
  | 'incompatible-order'
  | `cyclic-versions${OrderSuffix}`
  | 'dirty-update'
  | 'G1a'
  | 'G1b'
  | 'future-read'
  | 'internal'
  | 'lost-update'
  | CycleKind;

/** The classes of cycles, by the edges they are made of. */
export const cycleClasses = ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item'] as const;
export type CycleClass = (typeof cycleClasses)[number];

/** A cycle also of edges that say in which order things were done: in one session, or in real time. */
export type OrderSuffix = '' | '-process' | '-realtime';
export type CycleKind = `${CycleClass}${OrderSuffix}`;

export interface Finding {
  readonly kind: AnomalyKind;
  /** The transactions that prove it. */
  readonly txns: readonly number[];
  /** The key that it is about; −1 when there are several. */
  readonly key: number;
  readonly explain: () => string;
}

/** More of one kind are only counted. */
const keptMax = 8;

export class Findings {
  readonly kept: Finding[] = [];
  readonly counts = new Map<AnomalyKind, number>();

  /** The same findings, to which others may be added. */
  copy(): Findings {
    const copy = new Findings();
    copy.kept.push(...this.kept);
    for (const [kind, count] of this.counts) copy.counts.set(kind, count);
    return copy;
  }

  /** Whether one more of this kind would be kept; else it need only be counted. */
  keeps(kind: AnomalyKind): boolean {
    return (this.counts.get(kind) ?? 0) < keptMax;
  }

  add(kind: AnomalyKind, txns: readonly number[], key: number, explain: () => string): void {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count <= keptMax) this.kept.push({ kind, txns, key, explain });
  }
}
