/**
 * Stock of products that is sold in several regions at the same time. Regions that are cut off from each other sell the
 * same unit twice, unless somebody decides who may sell it.
 *
 * A service that cannot sell at one stroke sells as applications do: the stock is read, and less is written.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { fromState, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { inventory as inventorySpec } from '../harness/specs/inventory.ts';
import type { Action, Service, Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import type { Guarantee } from '../nodes/kernel/model.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { crashesMax, finalReads, groupsOf } from './singleKey.ts';

/** A product retires after about so many operations: its stock is sold out by half of them. */
const operationsMax = 70;
const stockMin = 20;
const stockMax = 50;
const quantityMax = 3;
const regions = ['US-EAST', 'EU-WEST', 'AP-SOUTH', 'SA-EAST', 'AF-NORTH'];

const levels: ReadonlySet<Guarantee> = new Set(['never-oversold', 'convergence']);

export const inventory: Workload = {
  name: 'inventory',
  meaning: 'stock of products is sold in several regions at the same time, until nothing is left',
  idempotent: ['read'],
  needs: [
    ['restock', 'sell', 'stock'],
    ['write', 'stock'],
  ],
  spec: inventorySpec.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `p${index}`,
      generator: (key) => oneProduct(key),
      operationsMax,
      crashesMax,
    }),
  finalGenerator: (options, keys) =>
    finalReads(keys, options, { f: 'read', value: (key) => ({ producto_id: key }) }),
  action: firstAction,
  following: ({ f, key = '', value }, results, service) => {
    const [stock = null] = results;
    if (f !== 'sell' || isAtomic(service) || results.length > 1) return null;
    const left = unitsOf(stock) - lotIn(value).cantidad;
    return left < 0 ? null : { kind: 'write', key, value: left };
  },
  completed: ({ f, value }, result, results = [result]) => {
    if (f === 'read') return { ...lotIn(value), cantidad: unitsOf(result) };
    // One action was enough, and it did not say that it sold: so there was too little.
    return f === 'sell' && results.length === 1 && result !== true ? false : value;
  },
  checker: (level) => (levels.has(level) ? checkerOf(level, { spec: inventorySpec }) : null),
  always: [],
};

interface Lot {
  readonly [field: string]: Json;
  readonly cantidad: number;
  readonly region: string;
}
const lotIn = (value: Json): Lot => value as unknown as Lot;

const isAtomic = (service?: Service): boolean => service?.knows('sell') ?? true;

function firstAction({ f, key, value }: { f: string; key?: string; value: Json }, service?: Service): Action {
  assert(key !== undefined, 'an operation of this workload has a key');
  const { cantidad: quantity, region } = lotIn(value);
  if (f === 'restock')
    return isAtomic(service)
      ? { kind: 'restock', key, quantity, region }
      : { kind: 'write', key, value: quantity };
  if (f === 'sell' && isAtomic(service)) return { kind: 'sell', key, quantity, region };
  return { kind: 'stock', key };
}

/** The units in a stock that was read: of several values between which nobody decided, the least. */
function unitsOf(stock: Json): number {
  if (typeof stock === 'number') return stock;
  const siblings = (stock as { readonly values?: readonly Json[] } | null)?.values ?? [];
  const units = siblings.filter((value) => typeof value === 'number');
  return units.length === 0 ? 0 : Math.min(...units);
}

/** `none`: it has to be stocked first; `coming`: it is being stocked. */
type Shelf = 'none' | 'coming' | 'stocked';

function oneProduct(product: string): Generator {
  return fromState<Shelf>('none', {
    next: (shelf, { prng, free, threads }) => {
      if (shelf === 'coming') return 'pending';
      const thread = prng.pick(free);
      // A client lives in a region.
      const region = regions[threads.indexOf(thread) % regions.length] ?? '';
      const lot = (cantidad: number): Json => ({ producto_id: product, cantidad, region });
      if (shelf === 'none')
        return { op: { f: 'restock', value: lot(prng.int(stockMin, stockMax)), thread }, state: 'coming' };
      if (prng.chance(0.2))
        return { op: { f: 'read', value: { producto_id: product, region }, thread }, state: shelf };
      return { op: { f: 'sell', value: lot(prng.int(1, quantityMax + 1)), thread }, state: shelf };
    },
    update: (shelf, { type, f }) => {
      if (f !== 'restock' || type === 'invoke') return shelf;
      return type === 'fail' ? 'none' : 'stocked';
    },
  });
}
