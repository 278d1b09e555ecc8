/**
 * Random histories of objects, small and crowded: few values, so that answers contradict each other often; failed and
 * open operations; nodes; and in half of them final reads at every node, in rounds.
 */
import fc from 'fast-check';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { NodeId } from '../../../../nodes/kernel/ids.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { drawFrom, type Draw } from '../randomHistory.ts';

/** What is asked of an object, and what it may answer. */
export interface Menu {
  readonly spec: SequentialSpec;
  ask(draw: Draw): readonly [f: string, value: Json];
  /** Any answer of the right form, most often not the right one. */
  answer(f: string, value: Json, draw: Draw): Json;
  /** The question of the final reads; without one there are none. */
  readonly final?: readonly [f: string, value: Json];
}

function named(name: string): SequentialSpec {
  const spec = specNamed(name);
  if (!spec) throw new Error(`no spec ${name}`);
  return spec;
}

const pick = <T>(draw: Draw, ...items: readonly T[]): T => items[draw(items.length)] as T;
const subset = (draw: Draw, elements: readonly Json[]): Json => elements.filter(() => draw(3) > 0);
const readNull = ['read', null] as const;

const counterAsk = (draw: Draw): readonly [string, Json] =>
  pick<readonly [string, Json]>(draw, readNull, ['add', 1], ['add', 2], ['add', -1]);

export const menus: readonly Menu[] = [
  {
    spec: named('register'),
    ask: (draw) => pick<readonly [string, Json]>(draw, readNull, ['write', draw(3)]),
    answer: (f, value, draw) => (f === 'read' ? pick<Json>(draw, null, 0, 1, 2) : value),
    final: readNull,
  },
  {
    spec: named('cas-register'),
    ask: (draw) =>
      pick<readonly [string, Json]>(
        draw,
        readNull,
        ['write', draw(2)],
        ['cas', [pick<Json>(draw, null, 0, 1), draw(3)]],
      ),
    answer: (f, value, draw) =>
      f === 'read' ? pick<Json>(draw, null, 0, 1, 2) : f === 'cas' ? pick<Json>(draw, value, false) : value,
    final: readNull,
  },
  {
    spec: named('kv'),
    ask: (draw) =>
      pick<readonly [string, Json]>(draw, ['get', null], ['put', pick(draw, 'a', 'b', '')], ['delete', null]),
    answer: (f, value, draw) => (f === 'get' ? pick<Json>(draw, null, '', 'a', 'b') : value),
    final: ['get', null],
  },
  {
    spec: named('append'),
    ask: (draw) => pick<readonly [string, Json]>(draw, readNull, ['append', draw(3)]),
    answer: (f, value, draw) =>
      f === 'read' ? pick<Json>(draw, null, [], [0], [1], [0, 1], [1, 0], [0, 0], [2, 0]) : value,
    final: readNull,
  },
  {
    spec: named('set'),
    ask: (draw) =>
      pick<readonly [string, Json]>(
        draw,
        readNull,
        ['add', draw(3)],
        ['add', draw(3)],
        ['remove', draw(2)],
        ['contains', draw(3)],
      ),
    answer: (f, value, draw) =>
      f === 'read'
        ? pick<Json>(draw, subset(draw, [0, 1, 2]), subset(draw, [0, 1]), null, [1, 1])
        : f === 'contains'
          ? draw(2) === 1
          : value,
    final: readNull,
  },
  {
    spec: named('counter'),
    ask: counterAsk,
    answer: (f, value, draw) => (f === 'read' ? pick<Json>(draw, null, 0, 1, 2, 3, -1) : value),
    final: readNull,
  },
  {
    spec: named('bounded-counter'),
    ask: counterAsk,
    answer: (f, value, draw) =>
      f === 'read' ? pick<Json>(draw, null, 0, 1, 2, -1) : value === -1 && draw(3) === 0 ? false : value,
    final: readNull,
  },
  {
    spec: named('queue'),
    ask: (draw) => pick<readonly [string, Json]>(draw, ['enqueue', draw(3)], ['dequeue', null]),
    answer: (f, value, draw) => (f === 'dequeue' ? pick<Json>(draw, null, 0, 1, 2) : value),
    final: ['dequeue', null],
  },
  {
    spec: named('lock'),
    ask: (draw) => [pick(draw, 'acquire', 'acquire', 'release'), pick<Json>(draw, null, 'a', 'b')],
    answer: (_f, value, draw) => (draw(4) === 0 ? false : value),
  },
  {
    spec: named('fenced-lock'),
    ask: (draw) => [pick(draw, 'acquire', 'acquire', 'release'), null],
    answer: (f, _value, draw) =>
      f === 'acquire' ? pick<Json>(draw, draw(5), { token: draw(4) }, false) : null,
  },
  {
    spec: named('bank'),
    ask: (draw) =>
      pick<readonly [string, Json]>(draw, readNull, ['transfer', { from: 'a', to: 'b', amount: 1 }]),
    answer: (f, value, draw) =>
      f === 'read' ? pick<Json>(draw, {}, { a: 0, b: 0 }, { a: -1, b: 1 }, { a: -1, b: 0 }) : value,
    final: readNull,
  },
  {
    spec: named('inventory'),
    ask: (draw: Draw): readonly [string, Json] => {
      const lot = { producto_id: draw(2), region: 'sur' };
      return pick<readonly [string, Json]>(
        draw,
        ['read', lot],
        ['restock', { ...lot, cantidad: 2 }],
        ['sell', lot],
      );
    },
    answer: (f, value, draw) =>
      f === 'read' ? pick<Json>(draw, 0, 1, 2) : f === 'sell' && draw(3) === 0 ? false : value,
    final: ['read', { producto_id: 0, region: 'sur' }],
  },
  {
    spec: named('unique-ids'),
    ask: () => ['generate', null],
    answer: (_f, _value, draw) => draw(8),
  },
  {
    spec: named('leader'),
    ask: () => ['leader', null],
    answer: (_f, _value, draw) => ({ leader: pick<Json>(draw, 'n1', 'n2', null), term: draw(3) }),
  },
];

export function menuOf(name: string): Menu {
  const menu = menus.find(({ spec }) => spec.name === name);
  if (!menu) throw new Error(`no menu ${name}`);
  return menu;
}

const processes = 3;

/** A history of at most `operations` operations and three rounds of final reads, as the tape says. */
export function historyOf(menu: Menu, tape: readonly number[], operations = 7, keys = 1): Op[] {
  const draw = drawFrom(tape);
  const nodes = draw(4);
  const wanted = 1 + draw(operations);
  const open = new Map<number, readonly [string, Json, string]>();
  const lanes = Array.from({ length: processes }, (_, process) => process);
  const history: Op[] = [];
  const record = (
    process: number,
    type: Op['type'],
    [f, , key]: readonly [string, Json, string],
    value: Json,
    node: number,
  ): void => {
    history.push({
      index: history.length,
      timeNs: 1e6 * history.length,
      process,
      type,
      f,
      ...(keys === 0 ? {} : { key }),
      value,
      ...(nodes === 0 ? {} : { node: `n${node % nodes}` as NodeId }),
    });
  };
  const complete = (lane: number): void => {
    const process = lanes[lane] ?? 0;
    const asked = open.get(process);
    if (!asked) return;
    open.delete(process);
    const outcome = draw(8);
    // Most processes stay at one node.
    const node = draw(4) === 0 ? draw(3) : lane;
    if (outcome === 0) record(process, 'fail', asked, asked[1], node);
    else if (outcome > 1) record(process, 'ok', asked, menu.answer(asked[0], asked[1], draw), node);
    else {
      if (draw(2) === 1) record(process, 'info', asked, asked[1], node);
      lanes[lane] = process + 10;
    }
  };
  for (let invoked = 0; invoked < wanted;) {
    const lane = draw(processes);
    if (open.has(lanes[lane] ?? 0)) {
      complete(lane);
      continue;
    }
    const asked = [...menu.ask(draw), `k${draw(Math.max(1, keys))}`] as const;
    open.set(lanes[lane] ?? 0, asked);
    record(lanes[lane] ?? 0, 'invoke', asked, asked[1], lane);
    invoked++;
  }
  for (const lane of lanes.keys()) complete(lane);
  if (menu.final && draw(2) === 1) finish(menu, draw, record);
  return history;
}

/** Rounds of reads, in which every node mostly answers the same again. */
function finish(
  menu: Menu,
  draw: Draw,
  record: (
    process: number,
    type: Op['type'],
    asked: readonly [string, Json, string],
    value: Json,
    node: number,
  ) => void,
): void {
  const [f, value] = menu.final ?? ['read', null];
  const asked = [f, value, 'k0'] as const;
  const common = menu.answer(f, value, draw);
  const usual = [0, 1, 2].map(() => (draw(3) === 0 ? menu.answer(f, value, draw) : common));
  const rounds = 1 + draw(3);
  for (let round = 0; round < rounds; round++)
    for (const node of [0, 1, 2]) {
      const answer = draw(6) === 0 ? menu.answer(f, value, draw) : (usual[node] ?? null);
      record(100 + node, 'invoke', asked, value, node);
      record(100 + node, 'ok', asked, answer, node);
    }
}

export const tapes = fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 70 });

/** The columns of a random history. */
export function columnsOf(menu: Menu, tape: readonly number[], operations = 7, keys = 1): History {
  return History.of(historyOf(menu, tape, operations, keys));
}
