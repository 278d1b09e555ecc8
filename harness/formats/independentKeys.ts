/**
 * Keys inside of values. Jepsen's independent workloads write the key and the value of an operation as one tuple,
 * `:value [k v]`, which prints like any other vector. Values are taken for such tuples if
 *
 *   - every invocation of a client has a vector of two as its value, every one of a read `[k nil]`, and every one of a
 *     transaction `[k [micro-operations…]]`,
 *   - and some invocation, not of a cas, is `[k nil]` (what asks for nothing has a value only for the sake of its key),
 *     or there is a transaction, or a tag calls them tuples;
 *   - or every invocation has a `:key`, and its value is a vector of two that begins with it: what `toEdn` writes.
 *
 * Source: jepsen.independent (`tuple`).
 */
import { invokeType, nemesisProcess, okType, type Events } from '../columns/events.ts';
import { Names, noName, Values } from '../columns/interner.ts';
import { MalformedHistory } from '../history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { keyText } from './ednEvents.ts';
import { isTransaction, transactionF } from './transactions.ts';

type Tuple = readonly [key: Json, value: Json];

/** Takes tuples apart where the rule above says that they are some. Throws MalformedHistory. O(events). */
export function splitKeys(events: Events, isTagged: boolean): Events {
  return hasTuples(events, isTagged) ? split(events) : events;
}

function tupleOf(value: Json): Tuple | undefined {
  return Array.isArray(value) && value.length === 2 ? (value as unknown as Tuple) : undefined;
}

function hasTuples(events: Events, isTagged: boolean): boolean {
  const { length, type, process, f, key, value, fNames, keyNames, values } = events;
  const reads = [fNames.find('read'), fNames.find('get')];
  const cas = fNames.find('cas');
  const transactions = fNames.find(transactionF);
  let hasProof = isTagged;
  let isKeyed: boolean | undefined;
  for (let index = 0; index < length; index++) {
    if (process[index] === nemesisProcess || type[index] !== invokeType) continue;
    const tuple = tupleOf(values.get(value[index] ?? 0));
    if (!tuple) return false;
    const [name, inner] = tuple;
    const keyId = key[index] ?? noName;
    const fId = f[index] ?? 0;
    isKeyed ??= keyId !== noName;
    if (isKeyed !== (keyId !== noName)) return false;
    if (isKeyed) {
      if (keyNames.get(keyId) !== keyText(name)) return false;
      hasProof = true;
    } else if (fId === transactions) {
      if (!isTransaction(inner)) return false;
      hasProof = true;
    } else if (inner === null) hasProof ||= fId !== cas;
    else if (reads.includes(fId)) return false;
  }
  return hasProof;
}

function split(events: Events): Events {
  const keyNames = new Names();
  const values = new Values();
  const key = new Int32Array(events.length).fill(noName);
  const value = new Int32Array(events.length);
  for (let index = 0; index < events.length; index++) {
    const given = events.values.get(events.value[index] ?? 0);
    const isNemesis = events.process[index] === nemesisProcess;
    const tuple = isNemesis ? undefined : tupleOf(given);
    if (!tuple && !isNemesis && events.type[index] === okType)
      throw new MalformedHistory(
        index,
        `the values of this history are [key value]; found ${JSON.stringify(given).slice(0, 60)}`,
      );
    if (tuple) key[index] = keyNames.idOf(keyText(tuple[0]));
    value[index] = values.idOf(tuple ? tuple[1] : given);
  }
  return { ...events, key, value, keyNames, values };
}
