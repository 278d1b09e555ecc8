/**
 * A store of the course: one value and one clock a key, in memory; concurrent values are decided by the first key of the
 * other's clock, and both clocks put together.
 */
import { CourseServer } from '../courseServer.ts';

type VectorClock = Record<string, number>;
interface Item {
  value: unknown;
  vector_clock: VectorClock;
}
interface PutBody {
  key: string;
  value: unknown;
  vector_clock?: VectorClock;
}

export class CourseNode extends CourseServer {
  private readonly number: number;
  private readonly items = new Map<string, Item>();

  constructor(number: number) {
    super();
    this.number = number;
  }

  protected everything(): unknown {
    return Object.fromEntries(this.items);
  }

  protected answer(url: string, text: string): readonly [number, unknown] {
    const [, what, key = ''] = url.split('/');
    const item = this.items.get(key);
    if (what === 'get')
      return item === undefined ? [404, { error: 'Key not found' }] : [200, { key, ...item }];
    if (what === 'put') return [200, this.put(JSON.parse(text) as PutBody)];
    if (what !== 'sync') return [404, 'Not Found'];
    this.syncs += 1;
    const entries = Object.entries(JSON.parse(text) as Record<string, Item>);
    for (const [name, { value, vector_clock }] of entries) this.receive(name, { value, vector_clock });
    return [200, { status: 'sync_received' }];
  }

  private put({ key, value, vector_clock = {} }: PutBody): unknown {
    const clock = together(this.items.get(key)?.vector_clock ?? {}, vector_clock);
    clock[this.number] = (clock[this.number] ?? 0) + 1;
    this.items.set(key, { value, vector_clock: clock });
    return { status: 'success', key, value, vector_clock: clock };
  }

  private receive(key: string, theirs: Item): void {
    const mine = this.items.get(key);
    const isNews = mine === undefined || !isAtMost(theirs.vector_clock, mine.vector_clock);
    if (!isNews) return;
    if (mine === undefined || isAtMost(mine.vector_clock, theirs.vector_clock)) {
      this.items.set(key, theirs);
      return;
    }
    const first = Number(Object.keys(theirs.vector_clock)[0]);
    const { value } = this.number > first ? mine : theirs;
    this.items.set(key, { value, vector_clock: together(mine.vector_clock, theirs.vector_clock) });
  }
}

function isAtMost(one: VectorClock, other: VectorClock): boolean {
  return Object.entries(one).every(([node, counter]) => counter <= (other[node] ?? 0));
}

function together(one: VectorClock, other: VectorClock): VectorClock {
  const nodes = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...nodes].map((node) => [node, Math.max(one[node] ?? 0, other[node] ?? 0)]));
}
