/**
 * Differential fuzzing: a fast checker and its slow, obvious twin must agree on every history. The seed is fixed, so
 * that `npm test` tries the same histories everywhere; `ORDEAL_FUZZ_RUNS` sets how many, `ORDEAL_FUZZ_SECONDS` how long
 * a property may take, and `ORDEAL_FUZZ_SEED` tries others. A failure is shrunk, and prints the seed and the path that
 * repeat it.
 */
import fc from 'fast-check';

const seedDefault = 20_241_109;

/** A mocha test: `property` throws where the twins differ. */
export function agreesOn<T>(
  title: string,
  arbitrary: fc.Arbitrary<T>,
  property: (value: T) => void,
  runsByDefault = 1_000,
): void {
  it(title, function () {
    const numRuns = Number(process.env['ORDEAL_FUZZ_RUNS'] ?? runsByDefault);
    const seed = Number(process.env['ORDEAL_FUZZ_SEED'] ?? seedDefault);
    const seconds = process.env['ORDEAL_FUZZ_SECONDS'];
    this.timeout(60_000 + numRuns * 50);
    fc.assert(fc.property(arbitrary, property), {
      seed,
      numRuns,
      ...(seconds === undefined ? {} : { interruptAfterTimeLimit: 1_000 * Number(seconds) }),
    });
  });
}
