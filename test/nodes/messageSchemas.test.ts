/**
 * The schemas of messages: whatever nodes say in simulated runs fits them, and whatever differs from that in one place is
 * answered 400 by a node, which takes nothing of the batch.
 */
import assert from 'node:assert/strict';
import { messageCheckOf, type MessageCheck } from '../../nodes/host/messageCheck.ts';
import { frontModels, models } from '../../nodes/index.ts';
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { defaultOptions } from '../../nodes/kernel/options.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { alterations } from './altered.ts';
import { listenTo, type Message } from './overheard.ts';
import { Subject } from './subject.ts';

/** Seldom said. */
const seldom: Readonly<Record<string, readonly Message[]>> = {
  raft: [{ type: 'timeout-now', term: 3 }],
  'leader-follower': [
    { type: 'lead', epoch: 2 },
    {
      type: 'mismatch',
      epoch: 2,
      round: 1,
      previousIndex: 4,
      conflictIndex: 3,
      conflictEpoch: 1,
    },
  ],
};

/** So many messages of each type are altered, no two of which look alike; and so many alterations are sent to a node. */
const samplesMax = 40;
const sentMax = 150;

/** The members of a message and their types: what differs in values alone looks alike. */
function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].sort().join('|')}]`;
  if (typeof value !== 'object') return typeof value;
  const members = Object.entries(value).map(([name, member]) =>
    name === 'type' ? `type=${String(member)}` : `${name}:${shapeOf(member)}`,
  );
  return `{${members.sort().join()}}`;
}

/** Messages as they arrive, a few of each type. */
class Samples {
  private readonly byType = new Map<string, Map<string, Message>>();

  add(message: Message): void {
    const shapes = this.byType.get(message.type) ?? new Map<string, Message>();
    this.byType.set(message.type, shapes);
    if (shapes.size < samplesMax) shapes.set(shapeOf(message), message);
  }

  get types(): readonly string[] {
    return [...this.byType.keys()].sort();
  }

  get all(): readonly Message[] {
    return [...this.byType.values()].flatMap((shapes) => [...shapes.values()]);
  }
}

/** What its nodes say, as it arrives, each message checked. */
async function samplesOf(model: NodeModel): Promise<Samples> {
  const samples = new Samples();
  const checks = new Map<string, MessageCheck>();
  const hear = (speaker: NodeModel, sent: Message): void => {
    const message = JSON.parse(JSON.stringify(sent)) as Message;
    if (speaker.messageSchemas[message.type] === null) {
      assert(speaker.carried?.(sent), `${message.type} of ${speaker.name} has no schema, and is not carried`);
      return;
    }
    const check = checks.get(speaker.name) ?? messageCheckOf(speaker);
    checks.set(speaker.name, check);
    assert.deepEqual(check([message]), [], JSON.stringify(message).slice(0, 1000));
    if (speaker.name === model.name) samples.add(message);
  };
  await listenTo(model, hear);
  for (const message of seldom[model.name] ?? []) hear(model, message);
  return samples;
}

function spread<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, at) => items[Math.floor(at * step)] as T);
}

describe('messages of peers', () => {
  for (const model of models) {
    describe(`of ${model.name}`, () => {
      let samples: Samples;
      const expected = Object.entries(model.messageSchemas).flatMap(([type, schema]) =>
        schema === null ? [] : [type],
      );

      it('fit their schemas, and none of these goes without a message', async () => {
        samples = await samplesOf(model);
        assert.deepEqual(samples.types, expected.sort());
      });

      it('do not fit them any more when they are wrong in one place', () => {
        const check = messageCheckOf(model);
        for (const message of samples.all) {
          for (const { place, message: altered } of alterations(message as unknown as Json)) {
            const what = `${place} of ${JSON.stringify(message).slice(0, 1000)}`;
            assert.notDeepEqual(check([altered]), [], what);
          }
        }
      });

      it('are answered 400 when one of them is wrong, and none is taken', async () => {
        const altered = samples.all.flatMap((message) =>
          alterations(message as unknown as Json).map(({ place, message: bad }) => ({ message, place, bad })),
        );
        const options = defaultOptions(model);
        const subject = await Subject.start(model, options);
        try {
          await subject.isReady();
          const before = await subject.state(model.routes);
          for (const { message, place, bad } of spread(altered, sentMax)) {
            const { status, body } = await subject.tell([message as unknown as Json, bad]);
            assert.deepEqual([status, body.code], [400, 12], `${message.type} ${place}`);
            for (const problem of body.problems ?? ['']) assert.match(problem, /^messages\[1\]: ./);
          }
          assert.equal(await subject.messagesTaken(), 0);
          assert.equal(await subject.state(model.routes), before);
        } finally {
          subject.stop();
        }
      });
    });
  }

  for (const model of [...models, ...frontModels]) {
    it(`of ${model.name} that nobody sends are refused: of no type, or of one that comes in no batch`, () => {
      const check = messageCheckOf(model);
      const carried = Object.entries(model.messageSchemas).flatMap(([type, schema]) =>
        schema === null ? [{ type }] : [],
      );
      const odd: readonly Json[] = [
        null,
        7,
        'x',
        [],
        {},
        { type: null },
        { type: 'x' },
        { type: 'toString' },
      ];
      for (const message of [...odd, ...carried]) {
        assert.equal(check([message]).length, 1, JSON.stringify(message));
      }
      assert.deepEqual(check([]), []);
    });
  }
});
