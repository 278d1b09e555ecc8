/** A typed array that grows by doubling. */
interface NumberArray {
  readonly length: number;
  [index: number]: number;
  set(from: NumberArray): void;
  subarray(from: number, to: number): NumberArray;
}

export class Growing<A extends NumberArray> {
  length = 0;
  private array: A;
  private readonly make: new (length: number) => A;

  /** `capacity`, at least 1, is how many numbers find room before the first copy. */
  constructor(make: new (length: number) => A, capacity = 1024) {
    this.make = make;
    this.array = new make(capacity);
  }

  push(value: number): void {
    if (this.length === this.array.length) this.array = enlarged(this.array, this.make);
    this.array[this.length++] = value;
  }

  at(index: number): number | undefined {
    return index < this.length ? this.array[index] : undefined;
  }

  /** What was pushed; shares memory with this. */
  filled(): A {
    return this.array.subarray(0, this.length) as A;
  }
}

/** A copy with room for twice as much. */
export function enlarged<A extends NumberArray>(array: A, make: new (length: number) => A): A {
  const larger = new make(2 * array.length);
  larger.set(array);
  return larger;
}
