/**
 * Sequential consistency of each key alone ("coherence"), for values that were written once, in linear time. The order
 * of each session says which block of values comes before which. There is an order of a key's operations exactly if
 * that is no circle, nothing comes before the initial value, no two cas saw the same value, and inside each block no
 * session goes back.
 */
import type { Anomaly } from '../checker.ts';
import { Edges } from '../causal/edges.ts';
import { Story } from '../causal/story.ts';
import { none, readsNothing, type ReadsFrom } from '../readsFrom.ts';
import { Blocks } from './blocks.ts';
import { Circles } from './circles.ts';

/** So many violations are explained. */
const explainedMax = 8;
const kind = 'non-coherent';

/** What is wrong with single keys, in a history without circles of co. O(operations). */
export function incoherences(readsFrom: ReadsFrom): Anomaly[] {
  const blocks = new Blocks(readsFrom);
  const forked = blocks.forks.slice(0, explainedMax).map(([first, second]) => {
    const story = new Story(readsFrom);
    return story.anomaly(
      kind,
      `${story.act(first)}; ${story.act(second)}: but ${story.seen(first)} stood there only once`,
      first,
    );
  });
  if (forked.length > 0) return forked;
  const { backward, between } = stepsOf(readsFrom, blocks);
  const wrong = backward
    .slice(0, explainedMax)
    .map(([id, next]) => explainBackward(readsFrom, blocks, id, next));
  return wrong.length > 0 ? wrong : circlesAmong(readsFrom, blocks, between);
}

interface Steps {
  /** Operations that follow each other in a session, on one key, and cannot. */
  readonly backward: readonly (readonly [id: number, next: number])[];
  /** From the head of a block to that of another one; `because` is the later of the two operations. */
  readonly between: Edges;
}

/** Goes through each session, key by key. */
function stepsOf({ length, session, key, keyCount, from, writes }: ReadsFrom, blocks: Blocks): Steps {
  const last = new Int32Array(keyCount).fill(none);
  const backward: [number, number][] = [];
  const between = new Edges();
  for (let id = 0; id < length; id++) {
    const before = last[key[id] ?? 0] ?? none;
    last[key[id] ?? 0] = id;
    if (before === none || session[before] !== session[id]) continue;
    const left = blocks.leftNode(before);
    const isBlind = writes[id] === 1 && from[id] === readsNothing;
    const found = isBlind ? id : blocks.seenNode(id);
    if (blocks.head[left] !== blocks.head[found]) {
      if (blocks.isInitial(blocks.head[found] ?? none)) backward.push([before, id]);
      else between.add(blocks.head[left] ?? 0, blocks.head[found] ?? 0, id);
    } else if ((blocks.place[left] ?? 0) > (blocks.place[found] ?? 0)) backward.push([before, id]);
  }
  return { backward, between };
}

function explainBackward(readsFrom: ReadsFrom, blocks: Blocks, id: number, next: number): Anomaly {
  const story = new Story(readsFrom);
  const left = blocks.leftNode(id);
  const found = blocks.seenNode(next);
  if (blocks.head[left] !== blocks.head[found]) {
    const changes = blocks.changesBetween(blocks.head[found] ?? 0, found).map((cas) => story.act(cas));
    const made = changes.length === 0 ? '' : `; ${changes.join('; ')}`;
    return story.anomaly(
      kind,
      `${story.chain([id, next])}${made}: nothing comes before the initial value`,
      next,
    );
  }
  const changes = blocks.changesBetween(found, left).map((cas) => story.act(cas));
  return story.anomaly(
    kind,
    `${story.chain([id, next])}, but ${changes.join('; ')}: ${story.seen(next)} had gone by then`,
    next,
  );
}

/** Circles of blocks: one for each key that has some, up to a number. */
function circlesAmong(readsFrom: ReadsFrom, blocks: Blocks, between: Edges): Anomaly[] {
  const circles = new Circles(between, readsFrom.length + readsFrom.keyCount);
  const keys = new Set<number>();
  const anomalies: Anomaly[] = [];
  for (const node of circles.unordered) {
    const key = blocks.isInitial(node) ? node - readsFrom.length : (readsFrom.key[node] ?? 0);
    if (keys.has(key)) continue;
    keys.add(key);
    anomalies.push(explainCircle(readsFrom, blocks, between, circles.behind(node)));
    if (anomalies.length === explainedMax) break;
  }
  return anomalies;
}

function explainCircle(
  readsFrom: ReadsFrom,
  blocks: Blocks,
  between: Edges,
  circle: readonly number[],
): Anomaly {
  const story = new Story(readsFrom);
  const laterOf = (edge: number): number => between.because.at(edge) ?? 0;
  const parts = circle.map((edge, at) => {
    const later = laterOf(edge);
    const next = laterOf(circle[(at + 1) % circle.length] ?? 0);
    const found = readsFrom.from[later] === readsNothing ? later : blocks.seenNode(later);
    const left = blocks.leftNode(previousOnKey(readsFrom, next));
    const [low, high] =
      (blocks.place[found] ?? 0) <= (blocks.place[left] ?? 0) ? [found, left] : [left, found];
    const changes = blocks.changesBetween(low, high).map((cas) => `; ${story.act(cas)}`);
    return `${story.chain([previousOnKey(readsFrom, later), later])}${changes.join('')}`;
  });
  const first = laterOf(circle[0] ?? 0);
  return story.anomaly(
    kind,
    `${parts.join('; ')}: no order of the values of ${story.key(first)} fits all of these`,
    first,
  );
}

/** The operation before, on the same key, in the same session. */
function previousOnKey({ key }: ReadsFrom, id: number): number {
  let before = id - 1;
  while (key[before] !== key[id]) before--;
  return before;
}
