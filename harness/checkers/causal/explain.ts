/** The bad patterns of causal consistency and convergence in sentences, shortest ones first. */
import type { Anomaly } from '../checker.ts';
import { none, type ReadsFrom } from '../readsFrom.ts';
import type { Edges } from './edges.ts';
import type { Findings } from './findings.ts';
import type { Order } from './order.ts';
import { wayFrom, type Leap, type Way, type Web } from './paths.ts';
import { stationsOf, Story } from './story.ts';

/** So many violations of a kind are explained. */
export const explainedMax = 8;
/** So many ways round a circle are compared. */
const comparedMax = 16;

/** Reads and writes that wait for each other (CyclicCO). */
export function explainCyclicOrder({ readsFrom, readers, order }: Findings): Anomaly[] {
  const circle = shortestCircle({ readsFrom, readers }, order, undefined);
  const closing = circle?.at(-1);
  if (!circle || !closing) return [];
  const story = new Story(readsFrom);
  const stations = stationsOf(closing.to, circle.slice(0, -1), closing.from);
  const explanation = `${story.chain(stations)}, but that is what process ${story.process(closing.to)} had read at the beginning: each of these comes after the others`;
  return [story.anomaly('CyclicCO', explanation)];
}

/** Reads of the initial value that depend on a write of their key (WriteCOInitRead). */
export function explainInitialReads({ readsFrom, readers, initial }: Findings): Anomaly[] {
  return firstByRead(initial).map((edge) => {
    const write = initial.before.at(edge) ?? 0;
    const read = initial.because.at(edge) ?? 0;
    const story = new Story(readsFrom);
    const way = wayFrom({ readsFrom, readers }, write, read) ?? [];
    const explanation = `${story.chain(stationsOf(write, way, read))}, as if ${story.value(write)} had never been written`;
    return story.anomaly('WriteCOInitRead', explanation, read);
  });
}

/** Reads of what they know to be overwritten (WriteCORead). */
export function explainOverwritten({ readsFrom, readers, overwritten }: Findings): Anomaly[] {
  const web = { readsFrom, readers };
  return firstByRead(overwritten).map((edge) => {
    const later = overwritten.before.at(edge) ?? 0;
    const earlier = overwritten.after.at(edge) ?? 0;
    const read = overwritten.because.at(edge) ?? 0;
    const story = new Story(readsFrom);
    const overwriting = stationsOf(earlier, wayFrom(web, earlier, later) ?? [], later);
    const knowing = stationsOf(later, wayFrom(web, later, read) ?? [], read);
    const explanation = `${story.chain([...overwriting, ...knowing])}, which ${story.value(later)} had replaced`;
    return story.anomaly('WriteCORead', explanation, read);
  });
}

/** Reads from which follows that writes come before each other (CyclicCF). */
export function explainCyclicConflicts({
  readsFrom,
  readers,
  conflicts,
  conflictOrder,
}: Findings): Anomaly[] {
  const web = { readsFrom, readers, edges: conflicts };
  const circle = shortestCircle(web, conflictOrder, conflicts);
  if (!circle) return [];
  const story = new Story(readsFrom);
  const sentences = partsBetween(circle, ({ edge }) => edge !== none).map(({ leap, start, way }) => {
    const then = leap.from === start ? '' : ` ${reasonOf(story, start, way, leap.from)};`;
    return `${then} ${conflictSentence(web, story, leap)}`.trim();
  });
  const explanation = `${sentences.join('; ')}: there is no order of all writes in which every session sees them`;
  return [story.anomaly('CyclicCF', explanation)];
}

function reasonOf(story: Story, start: number, way: Way, goal: number): string {
  return `${story.chain(stationsOf(start, way, goal))}, so ${story.value(start)} of ${story.key(start)} comes before ${story.value(goal)} of ${story.key(goal)}`;
}

function conflictSentence(
  { readsFrom, readers, edges }: Web,
  story: Story,
  { edge, from, to }: Leap,
): string {
  const read = edges?.because.at(edge) ?? 0;
  const way = wayFrom({ readsFrom, readers }, from, read) ?? [];
  return `${story.chain(stationsOf(from, way, read))}, so ${story.value(from)} of ${story.key(from)} comes before ${story.value(to)}`;
}

/** What stands between the leaps of a kind, once round the circle: each such leap with the way that leads to it. */
export function partsBetween(
  circle: Way,
  isMeant: (leap: Leap) => boolean,
): { readonly leap: Leap; readonly start: number; readonly way: Way }[] {
  const first = circle.findIndex(isMeant);
  const turned = [...circle.slice(first + 1), ...circle.slice(0, first + 1)];
  const parts: { leap: Leap; start: number; way: Way }[] = [];
  let start = circle[first]?.to ?? none;
  let way: Leap[] = [];
  for (const leap of turned) {
    if (!isMeant(leap)) way.push(leap);
    else {
      parts.push({ leap, start, way });
      start = leap.to;
      way = [];
    }
  }
  return parts;
}

/** A circle of as few leaps as can be found: a way, and the leap that leads back to where it began. */
function shortestCircle(web: Web, order: Order, edges: Edges | undefined): Way | undefined {
  let shortest: Way | undefined;
  for (const closing of circleOfSessions(web.readsFrom, order, edges).slice(0, comparedMax)) {
    const way = wayFrom(web, closing.to, closing.from);
    if (way && (!shortest || way.length + 1 < shortest.length)) shortest = [...way, closing];
  }
  return shortest;
}

/** The leaps of a circle of sessions, each of which waits for the next one. */
function circleOfSessions(readsFrom: ReadsFrom, { reached }: Order, edges: Edges | undefined): Leap[] {
  const { sessionCount, sessionStart, session } = readsFrom;
  let at = 0;
  while (at < sessionCount && (reached[at] ?? 0) === (sessionStart[at + 1] ?? 0)) at++;
  if (at === sessionCount) return [];
  const awaited = edges && unreachedEdges(readsFrom, reached, edges);
  const leaps: Leap[] = [];
  const place = new Map<number, number>();
  while (!place.has(at)) {
    place.set(at, leaps.length);
    const id = reached[at] ?? 0;
    const source = readsFrom.from[id] ?? none;
    const isSourceMissing = source >= 0 && source >= (reached[session[source] ?? 0] ?? 0);
    const edge = isSourceMissing ? none : (awaited?.get(id) ?? none);
    const from = isSourceMissing ? source : (edges?.before.at(edge) ?? source);
    leaps.push({ from, to: id, edge });
    at = session[from] ?? 0;
  }
  return leaps.slice(place.get(at));
}

/** By operation: an edge that leads to it from where the order has not reached. */
function unreachedEdges({ session }: ReadsFrom, reached: Int32Array, edges: Edges): Map<number, number> {
  const awaited = new Map<number, number>();
  for (let edge = 0; edge < edges.length; edge++) {
    const before = edges.before.at(edge) ?? 0;
    const after = edges.after.at(edge) ?? 0;
    if (after === reached[session[after] ?? 0] && before >= (reached[session[before] ?? 0] ?? 0))
      awaited.set(after, edge);
  }
  return awaited;
}

/** The first edges, one a read. */
function firstByRead(edges: Edges): number[] {
  const seen = new Set<number>();
  const found: number[] = [];
  for (let edge = 0; edge < edges.length && found.length < explainedMax; edge++) {
    const read = edges.because.at(edge) ?? 0;
    if (seen.has(read)) continue;
    seen.add(read);
    found.push(edge);
  }
  return found;
}
