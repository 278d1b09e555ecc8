/** Reads two formats of recorded histories, for tests alone: logs of Jepsen's etcd test, and Porcupine's kv logs. */
import type { Op } from '../../../harness/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

type Event = Pick<Op, 'process' | 'type' | 'f' | 'value'> & { readonly key?: string };

const numbered = (events: readonly Event[]): Op[] =>
  events.map((event, index) => ({ index, timeNs: index, ...event }));

function etcdValue(text: string): Json {
  if (text === 'nil' || text === ':timed-out') return null;
  return JSON.parse(text.replace(' ', ',')) as Json;
}

/**
 * `INFO jepsen.util - 3 :invoke :cas [1 2]`. A failed cas saw another value: it is a completed operation, answered
 * with false. A read that timed out constrains nothing.
 */
export function parseEtcdLog(text: string): Op[] {
  const line = /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.*)$/gm;
  const events = [...text.matchAll(line)].map(([, process, type, f = '', value = '']): Event => {
    const isRefused = f === 'cas' && type === 'fail';
    return {
      process: Number(process),
      type: isRefused ? 'ok' : (type as Op['type']),
      f,
      value: isRefused ? false : etcdValue(value.trim()),
    };
  });
  return numbered(events);
}

/** `{:process 0, :type :ok, :f :get, :key "4", :value "x 0 1 y"}`. */
export function parseKvLog(text: string): Op[] {
  const line =
    /^\{:process (\d+), :type :(invoke|ok), :f :(get|put|append), :key "(.*)", :value (nil|".*")\}$/gm;
  const events = [...text.matchAll(line)].map(([, process, type, f = '', key = '', value = '']): Event => ({
    process: Number(process),
    type: type as Op['type'],
    f,
    key,
    value: value === 'nil' ? null : (JSON.parse(value) as Json),
  }));
  return numbered(events);
}
