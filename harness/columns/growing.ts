/** A typed array that grows by doubling. */
interface Numbers {
  readonly length: number;
  [index: number]: number;
  set(from: Numbers): void;
  subarray(from: number, to: number): Numbers;
}

export class Growing<A extends Numbers> {
  length = 0;
  private array: A;
  private readonly make: new (length: number) => A;

  constructor(make: new (length: number) => A, capacity = 1024) {
    this.make = make;
    this.array = new make(capacity);
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new this.make(2 * this.length);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  /** What was pushed; shares memory with this. */
  filled(): A {
    return this.array.subarray(0, this.length) as A;
  }
}
