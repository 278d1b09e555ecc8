/** The top of the page, made for one glance: what was found, on what, how to see it again. */
import type { JSX } from 'preact';
import { isKeyless } from '../../harness/checkers/phrases.ts';
import { claimInWords } from '../../harness/results.ts';
import { culpritOf, type FoundAnomaly } from '../data/anomalies.ts';
import { activeIn } from '../data/bands.ts';
import { describeOperation } from '../data/describe.ts';
import { atSeconds, count, listed, percent, plural } from '../data/format.ts';
import { paragraphs, visible } from '../data/text.ts';
import type { ReportView } from '../data/view.ts';
import { verdictWord, VerdictIcon, validityClass } from './validity.tsx';

export function VerdictStrip({
  view,
  anomalies,
}: {
  readonly view: ReportView;
  readonly anomalies: readonly FoundAnomaly[];
}): JSX.Element {
  const { config, results } = view;
  return (
    <header class={`verdict ${validityClass(results.valid)}`} id="verdict">
      <div class="verdict-head">
        <VerdictIcon valid={results.valid} size={56} />
        <div>
          <h1>{headline(view, anomalies)}</h1>
          <p class="story">{story(view, anomalies)}</p>
        </div>
      </div>
      <dl class="facts">
        {config.submission !== undefined && (
          <Fact name="submission" value={visible(config.submission.manifest.name)} />
        )}
        <Fact name="model" value={config.model} more={optionsText(view)} />
        <Fact name="workload" value={config.workload} />
        <Fact name="nodes" value={String(config.nodes)} />
        <Fact name="faults" value={config.faults.length === 0 ? 'none' : config.faults.join(', ')} />
        <Fact name="seed" value={String(config.seed)} />
        <Fact name="claim" value={listed(results.guarantee.claimed) || 'nothing'} more={claimText(view)} />
        <Fact name="judged against" value={listed(judgedBy(view)) || 'its own checks'} />
        {results.guarantee.strongestHeld.length > 0 && (
          <Fact name="strongest that held" value={listed(results.guarantee.strongestHeld)} />
        )}
        {figuresOf(view).map((figure) => (
          <Fact key={figure.name} {...figure} />
        ))}
      </dl>
      <OutcomeBar view={view} />
      <div class="repro">
        <span>Run it again</span>
        <code id="repro">{visible(results.repro, 1000)}</code>
        <button type="button" id="copy" hidden>
          Copy
        </button>
      </div>
    </header>
  );
}

function Fact({
  name,
  value,
  more = '',
}: {
  readonly name: string;
  readonly value: string;
  readonly more?: string;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {visible(value)}
        {more !== '' && <small> {visible(more)}</small>}
      </dd>
    </div>
  );
}

/** The levels that were judged, and the checkers that stand for claimed levels which this workload cannot judge. */
function judgedBy({ results }: ReportView): readonly string[] {
  const { judged, instead = {} } = results.guarantee;
  return [...new Set([...judged, ...Object.values(instead).flat()])];
}

/** What became of the claim; results of old do not say it. */
function claimText({ results: { guarantee } }: ReportView): string {
  const { claimed, claimHeld } = guarantee;
  return claimed.length === 0 || claimHeld === undefined ? '' : claimInWords(claimHeld);
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly more?: string;
}

/** What the run shows of convergence, losses and staleness, or why it does not. */
function figuresOf({ results: { figures } }: ReportView): readonly Figure[] {
  if (figures === undefined) return [];
  const { convergedMs, lost, staleReads, whyNot = {} } = figures;
  const figure = (name: string, value: string | null, why: string | undefined): readonly Figure[] => {
    if (value !== null) return [{ name, value }];
    return why === undefined ? [] : [{ name, value: 'not told', more: why }];
  };
  return [
    ...figure(
      'nodes agreed after',
      convergedMs === null ? null : `${count(convergedMs)} ms`,
      whyNot.convergedMs,
    ),
    ...figure('writes lost', lost === 0 ? 'none' : lost === null ? null : count(lost), whyNot.lost),
    ...figure(
      'stale reads',
      staleReads === null ? null : `${count(staleReads.stale)} of ${count(staleReads.reads)}`,
      whyNot.staleReads,
    ),
  ];
}

/** The options that the repro line spells out: the others are what the model does anyway. */
function optionsText({ config, results }: ReportView): string {
  const options = Object.entries(config.options)
    .map(([name, value]) => `${name}=${value}`)
    .filter((option) => results.repro.includes(option));
  return [...options, ...(config.bug === null ? [] : [`bug=${config.bug}`])].join(' ');
}

/** Levels that say how a history is; the others are what it keeps, and "not no-lost-writes" would be hard to read. */
const isAdjective = /(serializable|linearizable|regular|sequential)$/;

/** The finding itself. A pass is never "correct": a history can only fail to show a violation. */
export function headline({ results }: ReportView, anomalies: readonly FoundAnomaly[]): string {
  const { ok, fail, info } = results.operations;
  switch (results.valid) {
    case true:
      return `No violation found in ${plural(ok + fail + info, 'operation')}`;
    case 'unknown':
      return 'Undecided';
    case false: {
      const { judged, violated: levels } = results.guarantee;
      // Of levels that nobody asked for nothing is said up here: then it was a check of the objects that failed.
      const violated = judged.find((level) => levels.includes(level)) ?? anomalies[0]?.checkers[0];
      if (violated === undefined) return 'Violation found';
      return isAdjective.test(violated) ? `Not ${visible(violated)}` : `Violated: ${visible(violated)}`;
    }
  }
}

/** What happened, in a sentence or two. */
function story(view: ReportView, anomalies: readonly FoundAnomaly[]): string {
  const { results } = view;
  const [first] = anomalies;
  if (results.valid === false && first) return failureStory(view, first);
  if (results.valid !== true) {
    const reasons = results.reasons.map((reason) =>
      `${sentence(visible(reason, 300))}.`.replace(/\.\.$/, '.'),
    );
    return reasons.join(' ') || verdictWord(results.valid);
  }
  const held = listed(results.guarantee.held.map((level) => visible(level)));
  const judged = held === '' ? 'Every check passed' : `Nothing in this history refutes ${held}`;
  const bands = view.bands.length;
  return bands === 0
    ? `${judged}. No fault was active while it was recorded.`
    : `${judged}, with ${plural(bands, 'fault')} injected while it was recorded.`;
}

/** The first violation; the panel below it has the others, and the whole explanation. */
function failureStory(view: ReportView, first: FoundAnomaly): string {
  const [explanation = ''] = paragraphs(first.anomaly.explanation);
  return `${incident(view, first)} ${sentence(visible(explanation, 400))}`.trim();
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `At 12.310 s, n3 answered read → 0 on k7, while partition (isolate n3) was active.` */
function incident(view: ReportView, found: FoundAnomaly): string {
  const culprit = culpritOf(found);
  if (!culprit) return '';
  const { invocation, completion } = culprit.operation;
  const node = visible(completion?.node ?? invocation.node ?? 'a node', 30);
  const key = isKeyless(invocation) ? '' : ` on ${visible(String(invocation.key), 40)}`;
  const during = activeIn(view.bands, culprit.startNs, culprit.endNs).map(({ fault, label }) =>
    label === '' ? fault : `${fault} (${label})`,
  );
  const faults =
    during.length === 0 ? 'no fault was' : `${listed(during)} ${during.length === 1 ? 'was' : 'were'}`;
  return `At ${atSeconds(culprit.endNs)} ${node} answered ${describeOperation(culprit.operation, 60)}${key} to process ${culprit.operation.invocation.process}, while ${faults} active.`;
}

/** The share of each outcome, in words and as a bar. */
function OutcomeBar({ view }: { readonly view: ReportView }): JSX.Element {
  const { ok, fail, info } = view.results.operations;
  const all = ok + fail + info;
  const parts = [
    { name: 'ok', number: ok, from: 0 },
    { name: 'fail', number: fail, from: ok },
    { name: 'info', number: info, from: ok + fail },
  ] as const;
  const scale = (number: number): number => (all === 0 ? 0 : (number * 1000) / all);
  const text = parts
    .map(({ name, number }) => `${count(number)} ${name} (${percent(number, all)})`)
    .join(', ');
  return (
    <div class="outcomes">
      <svg
        viewBox="0 0 1000 12"
        preserveAspectRatio="none"
        role="img"
        aria-labelledby="outcomes-t outcomes-d"
      >
        <title id="outcomes-t">Operations by outcome</title>
        <desc id="outcomes-d">{text}</desc>
        {parts.map(({ name, number, from }) => (
          // What happened at all stays visible, however rare.
          <rect
            key={name}
            class={`bars ${name}`}
            x={scale(from)}
            width={number === 0 ? 0 : Math.max(4, scale(number))}
            height={12}
          />
        ))}
      </svg>
      <ul>
        {parts.map(({ name, number }) => (
          <li key={name}>
            <svg width="13" height="13" viewBox="0 0 13 13" aria-hidden="true">
              <rect class={`bars ${name}`} width="13" height="13" />
            </svg>
            <b>{count(number)}</b> {name} <small>{percent(number, all)}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
