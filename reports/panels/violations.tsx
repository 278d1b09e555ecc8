/**
 * The counterexamples: for each anomaly what is wrong in prose, the operations around it as a picture, and the same as
 * tables for those who cannot see or copy pictures.
 */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import { describeOperation, outcomeMeaning } from '../data/describe.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import { atSeconds, count, listed, plural } from '../data/format.ts';
import { paragraphs, visible } from '../data/text.ts';
import type { ReportView, TimedOperation } from '../data/view.ts';
import { violationWindowOf, type ViolationWindow } from '../data/violationWindow.ts';
import { SwimLanes } from '../plots/swimLanes.tsx';

/** Anomalies that get a picture, and those that get at least a line. */
export const detailedMax = 5;
const listedMax = 50;
const stepsMax = 14;

interface ViolationsProps {
  readonly view: ReportView;
  readonly anomalies: readonly FoundAnomaly[];
  readonly faults: ReadonlyMap<string, FaultPlot>;
}

export function Violations({ view, anomalies, faults }: ViolationsProps): JSX.Element | null {
  if (anomalies.length === 0) return null;
  const others = anomalies.slice(detailedMax, listedMax);
  return (
    <section id="violations">
      <h2>What went wrong</h2>
      {anomalies.length > detailedMax && (
        <p class="note">
          Showing {detailedMax} of {count(anomalies.length)} violations, the earliest first.
        </p>
      )}
      {anomalies.slice(0, detailedMax).map((found) => (
        <Violation key={found.number} view={view} found={found} faults={faults} />
      ))}
      {others.length > 0 && (
        <details>
          <summary>{plural(anomalies.length - detailedMax, 'more violation')}</summary>
          <ol start={detailedMax + 1}>
            {others.map((found) => (
              <li key={found.number}>
                <Heading found={found} />: {visible(found.anomaly.explanation, 300)}
              </li>
            ))}
          </ol>
          {anomalies.length > listedMax && (
            <p class="note">
              Showing {listedMax} of {count(anomalies.length)}; results.json has them all.
            </p>
          )}
        </details>
      )}
    </section>
  );
}

function Heading({ found }: { readonly found: FoundAnomaly }): JSX.Element {
  const { anomaly, timeNs } = found;
  return (
    <>
      <b>{visible(anomaly.kind, 60)}</b>
      {anomaly.key !== undefined && <> on key {visible(anomaly.key, 60)}</>}
      {timeNs !== null && <> at {atSeconds(timeNs)}</>}
    </>
  );
}

function Violation({
  view,
  found,
  faults,
}: {
  readonly view: ReportView;
  readonly found: FoundAnomaly;
  readonly faults: ReadonlyMap<string, FaultPlot>;
}): JSX.Element {
  const window = violationWindowOf(view, found);
  return (
    <article class="violation" id={`violation-${found.number}`}>
      <h3>
        <span class="violation-number">{found.number}</span> <Heading found={found} />
      </h3>
      <p class="note">Found by {listed(found.checkers.map((name) => visible(name, 60)))}.</p>
      {paragraphs(found.anomaly.explanation).map((paragraph, at) => (
        <p key={at} class="explanation">
          {paragraph}
        </p>
      ))}
      {window.shown.length > 0 && <SwimLanes view={view} found={found} window={window} faults={faults} />}
      <Caption found={found} window={window} />
      <div class="columns">
        <LegalSteps view={view} found={found} window={window} />
        <WindowTable window={window} />
      </div>
    </article>
  );
}

function Caption({
  found,
  window,
}: {
  readonly found: FoundAnomaly;
  readonly window: ViolationWindow;
}): JSX.Element {
  if (window.shown.length === 0)
    return <p class="note">The events that prove it are not among the operations of this history.</p>;
  const scope =
    found.anomaly.key === undefined ? 'of the history' : `on key ${visible(found.anomaly.key, 60)}`;
  return (
    <p class="note">
      Showing {window.shown.length} of {plural(window.ofKey, 'operation')} {scope}. From left to right the
      order of invocations and completions is exact, lengths are not: time without events is squeezed.
      Outlined operations prove the violation; ✗ marks the one that no order explains. Numbered points are the
      longest legal order, each with the state after it. A dashed tail means: may take effect later, or never.
    </p>
  );
}

/** The end of the longest legal prefix, and what could not follow it. */
function LegalSteps({
  view,
  found,
  window,
}: {
  readonly view: ReportView;
  readonly found: FoundAnomaly;
  readonly window: ViolationWindow;
}): JSX.Element | null {
  const prefix = found.anomaly.prefix ?? [];
  if (prefix.length === 0) return null;
  const from = Math.max(0, prefix.length - stepsMax);
  const tail = prefix.slice(from);
  const wanted = new Set(tail.map(({ op }) => op));
  const byIndex = new Map(
    view.operations.filter(({ index }) => wanted.has(index)).map((item) => [item.index, item]),
  );
  return (
    <table class="steps">
      <caption>
        The longest legal order{from > 0 ? `: its last ${tail.length} of ${count(prefix.length)} steps` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">operation</th>
          <th scope="col">process</th>
          <th scope="col">state after it</th>
        </tr>
      </thead>
      <tbody>
        {tail.map(({ op, state }, at) => {
          const operation = byIndex.get(op);
          return (
            <tr key={op}>
              <td>{count(from + at + 1)}</td>
              <td>{operation ? describeOperation(operation.operation, 80) : `event ${op}`}</td>
              <td>{operation?.operation.invocation.process ?? '–'}</td>
              <td>{visible(state, 80)}</td>
            </tr>
          );
        })}
        {window.culprit && (
          <tr class="impossible">
            <td>✗</td>
            <td>{describeOperation(window.culprit.operation, 80)}</td>
            <td>{window.culprit.operation.invocation.process}</td>
            <td>no legal state: it was {visible(prefix.at(-1)?.state ?? '', 80)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function WindowTable({ window }: { readonly window: ViolationWindow }): JSX.Element | null {
  if (window.shown.length === 0) return null;
  return (
    <details>
      <summary>The operations of the picture as a table</summary>
      <table>
        <thead>
          <tr>
            {['event', 'process', 'node', 'operation', 'outcome', 'invoked', 'completed'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {window.shown.map((operation) => (
            <WindowRow key={operation.index} operation={operation} window={window} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

function WindowRow({
  operation,
  window,
}: {
  readonly operation: TimedOperation;
  readonly window: ViolationWindow;
}): JSX.Element {
  const { invocation, completion } = operation.operation;
  const mark = operation === window.culprit ? '✗ ' : window.offending.has(operation) ? '● ' : '';
  return (
    <tr class={mark === '' ? '' : 'offending'}>
      <td>
        {mark}
        {operation.index}
      </td>
      <td>{invocation.process}</td>
      <td>{visible(completion?.node ?? invocation.node ?? '–', 30)}</td>
      <td>{describeOperation(operation.operation, 120)}</td>
      <td title={outcomeMeaning[operation.outcome]}>
        {operation.outcome}
        {completion?.error !== undefined && `: ${visible(completion.error, 80)}`}
      </td>
      <td>{atSeconds(operation.startNs)}</td>
      <td>{completion ? atSeconds(operation.endNs) : 'never'}</td>
    </tr>
  );
}
