/** Why what one session has seen makes no sense (WriteHBInitRead, CyclicHB), in sentences. */
import type { Anomaly } from '../checker.ts';
import { none, type ReadsFrom } from '../readsFrom.ts';
import { partsBetween } from './explain.ts';
import type { Lists } from './edges.ts';
import { wayFrom, type Leap, type Way, type Web } from './paths.ts';
import { stationsOf, Story } from './story.ts';
import type { View } from './view.ts';

/** So many ways round a circle are compared. */
const comparedMax = 16;
/** So many steps of an argument are told. */
const stepsMax = 12;

export interface ViewToExplain {
  readonly readsFrom: ReadsFrom;
  readonly readers: Lists;
  readonly view: View;
  /** Whether it counts what other sessions have read (causal memory), or only what this one has (PRAM). */
  readonly countsOthersReads: boolean;
}

/** The contradiction of a view, with the steps that lead to it. */
export function explainView({ readsFrom, readers, view, countsOthersReads }: ViewToExplain): Anomaly[] {
  const { contradiction, edges, session } = view;
  if (!contradiction) return [];
  const sees = (read: number): boolean => countsOthersReads || readsFrom.session[read] === session;
  const web: Web = { readsFrom, readers, sees, edges };
  const story = new Story(readsFrom);
  if (contradiction.kind === 'future') {
    const { write, read } = contradiction;
    const explanation = `${story.chain([read, write])}: it read what it had not written yet`;
    return [story.anomaly('CyclicHB', explanation, read)];
  }
  if (contradiction.kind === 'initial') {
    const { write, read } = contradiction;
    const way = wayFrom(web, write, read) ?? [];
    const steps = stepsFor(web, story, way);
    const end = `${waySentence(story, write, way, read)}, as if ${story.value(write)} had never been written`;
    return [story.anomaly('WriteHBInitRead', [...steps, end].join('; '), read)];
  }
  const circle = circleThrough(web, contradiction.write);
  const steps = stepsFor(web, story, circle);
  const parts = partsBetween(circle, ({ edge }) => edge !== none).filter(
    ({ leap, start }) => leap.from !== start,
  );
  const ways = parts.map(({ leap, start, way }) => `but ${story.chain(stationsOf(start, way, leap.from))}`);
  const whose = `there is no order in which process ${story.process(edges.because.at(0) ?? 0)} can have seen these writes`;
  return [story.anomaly('CyclicHB', `${[...steps, ...ways].join('; ')}: ${whose}`, contradiction.write)];
}

/** The shortest circle that leads through an edge to this write. */
function circleThrough(web: Web, write: number): Way {
  const { edges } = web;
  let shortest: Way = [];
  let compared = 0;
  for (let edge = (edges?.length ?? 0) - 1; edge >= 0 && compared < comparedMax; edge--) {
    if (!edges || edges.after.at(edge) !== write) continue;
    const from = edges.before.at(edge) ?? 0;
    const way = wayFrom(web, write, from);
    compared++;
    if (way && (shortest.length === 0 || way.length + 1 < shortest.length))
      shortest = [...way, { from, to: write, edge }];
  }
  return shortest;
}

/** Why each edge of a way holds, what it rests on before it. */
function stepsFor(web: Web, story: Story, way: Way): string[] {
  const needed = new Map<number, Way>();
  const open = edgesIn(way);
  for (let edge = open.pop(); edge !== undefined && needed.size < stepsMax; edge = open.pop()) {
    if (needed.has(edge)) continue;
    const from = web.edges?.before.at(edge) ?? 0;
    const read = web.edges?.because.at(edge) ?? 0;
    // An edge rests on earlier ones only.
    const knowing = wayFrom({ ...web, edgesMax: edge }, from, read) ?? [];
    needed.set(edge, knowing);
    open.push(...edgesIn(knowing));
  }
  return [...needed]
    .sort(([a], [b]) => a - b)
    .map(([edge, knowing]) => {
      const from = web.edges?.before.at(edge) ?? 0;
      const to = web.edges?.after.at(edge) ?? 0;
      const read = web.edges?.because.at(edge) ?? 0;
      return `${waySentence(story, from, knowing, read)}, so it saw ${story.value(from)} of ${story.key(from)} before ${story.value(to)}`;
    });
}

function edgesIn(way: Way): number[] {
  return way.flatMap(({ edge }) => (edge === none ? [] : [edge]));
}

/** A way in words; where it uses an edge, the value that must have been seen is named instead. */
function waySentence(story: Story, start: number, way: Way, goal: number): string {
  const first = way.findIndex(({ edge }) => edge !== none);
  if (first === -1) return story.chain(stationsOf(start, way, goal));
  const { from, to } = way[first] as Leap;
  const before = from === start ? '' : `${story.chain(stationsOf(start, way.slice(0, first), from))}; `;
  const after = waySentence(story, to, way.slice(first + 1), goal);
  return `${before}who sees ${story.value(to)} of ${story.key(to)} has seen ${story.value(from)}; ${after}`;
}
