/**
 * An inventory: units of products, restocked and sold. A sale takes no more than what is there, or it is refused with
 * false. A product has one stock, wherever it is sold: the region says only where somebody asked.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The units by shelf: a product. */
export type InventoryState = ReadonlyMap<string, number>;

/** So many units of what stands on one shelf. */
export interface Lot {
  /** The name of the product; empty where the key says which. */
  readonly shelf: string;
  readonly units: number;
}

/**
 * What an operation concerns: `{producto_id, cantidad, region}`, of which any may be absent (one unit of what the key
 * says); or a bare number of units. Undefined for anything else.
 */
export function lotOf(value: Json): Lot | undefined {
  if (value === null) return { shelf: '', units: 1 };
  if (typeof value === 'number') return { shelf: '', units: value };
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { producto_id = null, cantidad = 1 } = value as Readonly<Record<string, Json>>;
  if (typeof cantidad !== 'number') return undefined;
  return { shelf: producto_id === null ? '' : nameOfValue(producto_id), units: cantidad };
}

/** The units that a read answered, a number or the field `cantidad`; undefined for anything else. */
export function unitsRead(answer: Json): number | undefined {
  if (answer === null) return 0;
  return typeof answer === 'boolean' || typeof answer === 'string' ? undefined : lotOf(answer)?.units;
}

function known<T>(found: T | undefined, value: Json): T {
  if (found === undefined) throw new TypeError(`an inventory counts units, not ${JSON.stringify(value)}`);
  return found;
}

const withUnits = (state: InventoryState, shelf: string, units: number): InventoryState =>
  new Map(state).set(shelf, units);

function step(state: InventoryState, { f, value }: Input, output: Output): InventoryState | 'inconsistent' {
  const { shelf, units } = known(lotOf(value), value);
  const left = state.get(shelf) ?? 0;
  switch (f) {
    case 'restock':
      return withUnits(state, shelf, left + units);
    case 'sell':
      if (output !== 'unknown' && output.value === false) return left < units ? state : 'inconsistent';
      return left < units ? 'inconsistent' : withUnits(state, shelf, left - units);
    case 'read':
      return output === 'unknown' || known(unitsRead(output.value), output.value) === left
        ? state
        : 'inconsistent';
    default:
      throw new TypeError(`an inventory has no operation '${f}'`);
  }
}

/** `initial` is a number of units where keys name the shelves, or a list of `{producto_id, cantidad, region}`. */
function init(initial: Json = null): InventoryState {
  if (initial === null) return new Map();
  const lots = (Array.isArray(initial) ? (initial as readonly Json[]) : [initial]).map((value) =>
    known(lotOf(value), value),
  );
  return lots.reduce<InventoryState>(
    (state, { shelf, units }) => withUnits(state, shelf, (state.get(shelf) ?? 0) + units),
    new Map(),
  );
}

const lot = '{producto_id, cantidad, region}, or the number of units of what the key names';

export const inventory: SequentialSpec<InventoryState> = {
  name: 'inventory',
  meaning: 'units of products, which are restocked, and sold in several regions while there are any',
  operations: [
    { f: 'restock', invoked: lot, answered: 'anything' },
    { f: 'sell', invoked: lot, answered: 'anything; false when there are not that many' },
    { f: 'read', invoked: '{producto_id}, or null', answered: 'the units left, or {cantidad}' },
  ],
  init: (initial = null) => init(initial),
  step,
  nameOf: (state) =>
    [...state]
      .filter(([, units]) => units !== 0)
      .map(([shelf, units]) => `${units} of ${shelf === '' ? 'it' : shelf}`)
      .sort()
      .join(', '),
  byKey: true,
  observers: ['read'],
  describe: describeOperation,
};
