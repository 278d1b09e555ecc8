/**
 * The commands of scenario scripts, one function each.
 *
 *   cluster 3 [joining=1] [bug=NAME] [option=value …]    starts the nodes n1, n2, n3 (and n4, which is no member)
 *   campaign n1                 n1's election timer runs out; `heartbeat n1`: its heartbeat timer
 *   deliver                     delivers every message, and what that causes, until none waits
 *   deliver n1 n2               delivers what waits from n1 to n2 now; `*` stands for any node
 *   drop n1 n2                  loses what waits from n1 to n2; `drop` alone loses everything
 *   run 100ms                   time goes by: timers fire, messages take 1 ms a hop
 *   wait 700ms                  time goes by on the clocks, and nothing happens: leaders are missed, no timer fires
 *   request n1 put x 1 [#c/1]   a client asks; also get x, cas x 1 2, append x 1, add n4, remove n2, transfer n2
 *   crash n1, restart n1        all that was not synced is lost; `hold-syncs n1`, `release-syncs n1`
 *   cut n1 n2, cut n1           both directions; `cut-one-way n1 n2`; `heal`
 *   status [n1], log n1         what the nodes released last
 */
import assert from 'node:assert/strict';
import type { NodeId } from '../../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../../nodes/kernel/model.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import type { Operation, Query } from '../../../../nodes/machines/keyValue.ts';
import type { Serial } from '../../../../nodes/machines/sessions.ts';
import { describeEntry, describeStatus } from '../../../../nodes/raft/describe.ts';
import type { Request } from '../../../../nodes/raft/messages.ts';
import { Stage } from './stage.ts';

type Act = (stage: Stage, words: readonly string[]) => void;

/** Runs one command on the stage that `cluster` made before; answers with the stage from then on. */
export function perform(stage: Stage | null, line: string): Stage {
  const [verb = '', ...words] = line.split(/\s+/);
  if (verb === 'cluster') return openStage(words);
  assert(stage, 'a script begins with `cluster`');
  const act = acts[verb];
  assert(act, `no command '${verb}'; there are: cluster, ${Object.keys(acts).join(', ')}`);
  act(stage, words);
  return stage;
}

const acts: Readonly<Record<string, Act>> = {
  campaign: (stage, [node]) => {
    fire(stage, node, 'election');
  },
  heartbeat: (stage, [node]) => {
    fire(stage, node, 'heartbeat');
  },
  deliver: (stage, [from, to]) => {
    if (from === undefined) stage.deliverAll();
    else stage.deliver(from, to);
  },
  drop: (stage, [from, to]) => {
    stage.say(`${stage.drop(from, to)} dropped`);
  },
  run: (stage, [duration]) => {
    stage.run(millisecondsOf(duration));
  },
  wait: (stage, [duration]) => {
    stage.wait(millisecondsOf(duration));
  },
  request: (stage, [node, ...words]) => {
    stage.request(node ?? '', requestOf(words));
  },
  crash: (stage, [node]) => {
    stage.host(node ?? '').kill();
  },
  restart: (stage, [node]) => {
    stage.host(node ?? '').start();
    stage.settle();
  },
  'hold-syncs': (stage, [node]) => {
    stage.host(node ?? '').holdSyncs();
  },
  'release-syncs': (stage, [node]) => {
    stage.host(node ?? '').releaseSyncs();
    stage.settle();
  },
  cut: (stage, [node = '', other]) => {
    stage.cut(node, other);
  },
  'cut-one-way': (stage, [from = '', to = '']) => {
    stage.cutOneWay(from, to);
  },
  heal: (stage) => {
    stage.heal();
  },
  status: (stage, [node]) => {
    for (const id of node === undefined ? stage.nodes : [node as NodeId]) {
      const status = stage.status(id);
      stage.say(`${id} ${status === null ? 'is down' : describeStatus(status)}`);
    }
  },
  log: (stage, [node]) => {
    const status = stage.status(node as NodeId);
    if (status === null) stage.say(`${node} is down`);
    else for (const entry of status.log.entries) stage.say(describeEntry(entry));
  },
};

function millisecondsOf(duration = ''): number {
  assert.match(duration, /^\d+ms$/, 'a duration looks like 100ms');
  return parseInt(duration, 10);
}

function openStage(words: readonly string[]): Stage {
  const [count = '', ...settings] = words;
  const options: Record<string, string | number> = {};
  let joining = 0;
  let bug: string | null = null;
  for (const setting of settings) {
    const [name = '', value = ''] = setting.split('=');
    if (name === 'joining') joining = Number(value);
    else if (name === 'bug') bug = value;
    else options[name] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return new Stage({ nodes: Number(count), joining, options: options satisfies OptionValues, bug });
}

function fire(stage: Stage, node: string | undefined, timer: string): void {
  stage.host(node ?? '').fire(timer);
  stage.settle();
}

function requestOf(words: readonly string[]): Request {
  const [verb, ...rest] = words;
  const last = rest.at(-1) ?? '';
  const serial = serialOf(last);
  const [a = '', b = '', c = ''] = serial === null ? rest : rest.slice(0, -1);
  const operation = (made: Operation): Request => ({
    type: 'operation',
    operation: made,
    ...(serial !== null && { serial }),
  });
  const query = (made: Query): Request => ({ type: 'query', query: made });
  switch (verb) {
    case 'get':
      return query({ type: 'get', key: a });
    case 'put':
      return operation({ type: 'put', key: a, value: valueOf(b) });
    case 'cas':
      return operation({ type: 'cas', key: a, from: valueOf(b), to: valueOf(c) });
    case 'append':
      return operation({ type: 'txn', txn: [['append', a, valueOf(b)]] });
    case 'add':
      return { type: 'add-member', node: a as NodeId };
    case 'remove':
      return { type: 'remove-member', node: a as NodeId };
    case 'transfer':
      return { type: 'transfer', to: a as NodeId };
    default:
      throw new Error(`no request '${verb ?? ''}'`);
  }
}

/** `#c1/7`: the seventh request of client c1. */
function serialOf(word: string): Serial | null {
  const [, client, number] = /^#(\w+)\/(\d+)$/.exec(word) ?? [];
  return client === undefined ? null : { client, number: Number(number) };
}

function valueOf(word: string): Json {
  return JSON.parse(word) as Json;
}
