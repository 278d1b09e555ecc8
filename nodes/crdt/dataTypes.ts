/** The registry of data types: one line each. */
import { boundedCounter } from './boundedCounter.ts';
import type { DataType, State } from './dataType.ts';
import { gCounter } from './gCounter.ts';
import { gSet } from './gSet.ts';
import { lwwRegister } from './lwwRegister.ts';
import { mvRegister } from './mvRegister.ts';
import { orSet } from './orSet.ts';
import { pnCounter } from './pnCounter.ts';

export type AnyType = DataType<State>;

/** Forgets what its states are. Sound as a node keeps objects of one type alone, and takes states that fit its schema. */
function anyType<S extends State>(type: DataType<S>): AnyType {
  return type as unknown as AnyType;
}

export const dataTypes: readonly AnyType[] = [
  anyType(gCounter),
  anyType(pnCounter),
  anyType(gSet),
  anyType(orSet),
  anyType(lwwRegister),
  anyType(mvRegister),
  anyType(boundedCounter),
];

export function dataTypeNamed(name: string): AnyType {
  const type = dataTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new RangeError(`there is no data type ${name}`);
  return type;
}
