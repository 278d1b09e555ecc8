/** A counter of the course: one list of counts in memory, as long as there are nodes; it looks at nothing else it is sent. */
import { CourseServer } from '../courseServer.ts';

export class CourseCounter extends CourseServer {
  private readonly index: number;
  private readonly values: number[];

  constructor(index: number, nodes: number) {
    super();
    this.index = index;
    this.values = Array.from({ length: nodes }, () => 0);
  }

  /** As after a restart, but for its own count, which nobody could tell it apart from an older one. */
  forget(): void {
    this.values.forEach((count, at) => (this.values[at] = at === this.index ? count : 0));
  }

  private get value(): number {
    return this.values.reduce((sum, count) => sum + count, 0);
  }

  protected everything(): unknown {
    return { values: this.values };
  }

  protected answer(url: string, text: string): readonly [number, unknown] {
    const body = this.bodyOf(url, text);
    return [body === null ? 404 : 200, body];
  }

  private bodyOf(url: string, text: string): object | null {
    switch (url) {
      case '/value':
        return { value: this.value, components: this.values };
      case '/increment': {
        const { amount = 1 } = JSON.parse(text) as { amount?: number };
        this.values[this.index] = (this.values[this.index] ?? 0) + amount;
        return { status: 'success', new_value: this.value };
      }
      case '/sync': {
        const { values } = JSON.parse(text) as { values: number[] };
        if (values.length < this.values.length) throw new RangeError('list index out of range');
        this.values.forEach((count, at) => (this.values[at] = Math.max(count, values[at] ?? 0)));
        this.syncs += 1;
        return { status: 'sync_received' };
      }
      default:
        return null;
    }
  }
}
