/** A register that remembers its last k values and may return any of them: the sequential spec of k-atomicity. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { nameOfValue, sameValue } from '../../specs/describe.ts';
import { casOf, casRefused } from '../../specs/register.ts';
import type { Input, Output, SequentialSpec } from '../../specs/spec.ts';

/** The last k values, the newest last. */
type LastValues = readonly Json[];

/** The object of `spec`, which must have accesses, but with reads that may miss up to k - 1 values. */
export function lastValuesOf(k: number, spec: SequentialSpec): SequentialSpec<LastValues> {
  const meant = (value: Json): Json => (spec.emptyIsAbsent && isEmpty(value) ? null : value);
  const written = (state: LastValues, value: Json): LastValues => [...state, meant(value)].slice(-k);
  const has = (state: LastValues, value: Json): boolean =>
    state.some((known) => sameValue(known, meant(value)));

  const stepCas = (state: LastValues, { value }: Input, output: Output): LastValues | 'inconsistent' => {
    const [from, to] = casOf(value);
    if (casRefused(output))
      return state.every((known) => sameValue(known, meant(from))) ? 'inconsistent' : state;
    if (!has(state, from)) return 'inconsistent';
    // From a value to itself it is a read, as everywhere: it leaves nothing that was not there.
    return sameValue(meant(from), meant(to)) ? state : written(state, to);
  };

  const step = (state: LastValues, input: Input, output: Output): LastValues | 'inconsistent' => {
    switch (spec.accesses?.[input.f]) {
      case 'read':
        return output === 'unknown' || has(state, output.value) ? state : 'inconsistent';
      case 'write':
        return written(state, input.value);
      case 'clear':
        return written(state, null);
      case 'cas':
        return stepCas(state, input, output);
      case undefined:
        throw new TypeError(`a ${spec.name} has no access '${input.f}'`);
    }
  };

  return {
    name: `${spec.name} of the last ${k} values`,
    meaning: `${spec.meaning}; reads may return any of the last ${k} values`,
    operations: spec.operations,
    init: (initial = null) => [meant(initial)],
    step,
    nameOf: nameOfValue,
    byKey: spec.byKey,
    observers: spec.observers,
    describe: (input, output) => spec.describe(input, output),
  };
}

function isEmpty(value: Json): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}
