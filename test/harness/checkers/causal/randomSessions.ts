/**
 * Random histories of registers for checkers that follow values: every write leaves a value of its own, reads and cas
 * see values that are really written somewhere in the history, or the initial one. Some operations fail or stay open.
 */
import fc from 'fast-check';
import type { Op } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { drawFrom, type Draw } from '../randomHistory.ts';

export interface SessionShape {
  readonly operationsMax: number;
  readonly processesMax: number;
  readonly keysMax: number;
  /** One of so many operations is open; 0 is never. */
  readonly openOneIn: number;
  readonly withCas: boolean;
  /** Some values are written twice. */
  readonly withRepeats?: boolean;
}

interface Planned {
  readonly process: number;
  readonly f: 'read' | 'write' | 'cas';
  readonly key: string;
  readonly left?: number;
  readonly type: 'ok' | 'fail' | 'info' | 'none';
}

/** Histories in which most violations are the interesting ones. */
export function sessionHistories(shape: SessionShape): fc.Arbitrary<readonly Op[]> {
  return fc
    .array(fc.nat(1 << 20), { minLength: 6 * shape.operationsMax, maxLength: 8 * shape.operationsMax })
    .map((tape) => sessionHistory(drawFrom(tape), shape));
}

export function sessionHistory(draw: Draw, shape: SessionShape): readonly Op[] {
  const planned = plan(draw, shape);
  const written = new Map<string, number[]>();
  for (const { key, left } of planned)
    if (left !== undefined) written.set(key, [...(written.get(key) ?? []), left]);
  // The initial value is as likely as any other one.
  const seenAt = (key: string): Json => {
    const values = [null, ...(written.get(key) ?? [])];
    return values[draw(values.length)] ?? null;
  };
  return interleave(planned, seenAt, draw);
}

function plan(draw: Draw, shape: SessionShape): Planned[] {
  const count = 2 + draw(shape.operationsMax - 1);
  const processes = 1 + draw(shape.processesMax);
  const keys = 1 + draw(shape.keysMax);
  const current = Array.from({ length: processes }, (_, process) => process);
  return Array.from({ length: count }, (_, at) => {
    const slot = draw(processes);
    const process = current[slot] ?? 0;
    const kind = draw(shape.withCas ? 5 : 4);
    const f = kind < 2 ? 'read' : kind < 4 ? 'write' : 'cas';
    const isOpen = shape.openOneIn > 0 && draw(shape.openOneIn) === 1;
    const type = isOpen ? (draw(2) === 0 ? 'info' : 'none') : draw(20) === 19 ? 'fail' : 'ok';
    // Mostly the process is retired after an open operation; some histories let it go on.
    if (type === 'none' || (type === 'info' && draw(4) > 0)) current[slot] = (current[slot] ?? 0) + 10;
    const left = shape.withRepeats && draw(3) === 0 ? 1 + draw(2) : at + 1;
    return { process, f, key: `k${draw(keys)}`, ...(f === 'read' ? {} : { left }), type };
  });
}

/** Runs the plan, each process in its order; operations of different processes may overlap. */
function interleave(planned: readonly Planned[], seenAt: (key: string) => Json, draw: Draw): Op[] {
  const history: Op[] = [];
  const record = (operation: Planned, type: Op['type'], value: Json): void => {
    const { process, f, key } = operation;
    history.push({ index: history.length, timeNs: history.length, process, type, f, key, value });
  };
  const open = new Map<number, () => void>();
  for (const operation of planned) {
    open.get(operation.process)?.();
    open.delete(operation.process);
    const seen = operation.f === 'write' ? null : seenAt(operation.key);
    const asked =
      operation.f === 'read'
        ? null
        : operation.f === 'write'
          ? (operation.left ?? null)
          : [seen, operation.left ?? null];
    record(operation, 'invoke', asked);
    const { type } = operation;
    if (type !== 'none')
      open.set(operation.process, () =>
        record(operation, type, type === 'ok' && operation.f === 'read' ? seen : asked),
      );
    for (const [process, complete] of [...open])
      if (draw(3) > 0) {
        complete();
        open.delete(process);
      }
  }
  for (const complete of open.values()) complete();
  return history;
}
