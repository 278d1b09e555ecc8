/** When a lock can have been released, by who may release it. */

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Releases by owner; added in ascending order of start, then asked. */
export class Releases {
  private readonly of = new Map<number, Interval[]>();
  /** By owner: releases by end, with the earliest start of each and all that end later. */
  private readonly sorted = new Map<number, readonly Interval[]>();

  add(owner: number, start: number, end: number): void {
    const releases = this.of.get(owner);
    if (releases) releases.push({ start, end });
    else this.of.set(owner, [{ start, end }]);
  }

  /** The earliest start of a release that ends after `index`; Infinity if there is none. O(log n). */
  firstAfter(owner: number, index: number): number {
    const releases = this.sorted.get(owner) ?? this.sort(owner);
    let low = 0;
    let high = releases.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((releases[middle]?.end ?? 0) > index) high = middle;
      else low = middle + 1;
    }
    return releases[low]?.start ?? Infinity;
  }

  private sort(owner: number): readonly Interval[] {
    const releases = [...(this.of.get(owner) ?? [])].sort((a, b) => a.end - b.end);
    for (let at = releases.length - 2; at >= 0; at--) {
      const [release, next] = [releases[at], releases[at + 1]];
      if (release && next) releases[at] = { end: release.end, start: Math.min(release.start, next.start) };
    }
    this.sorted.set(owner, releases);
    return releases;
  }
}
