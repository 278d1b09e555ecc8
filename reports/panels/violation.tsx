/** A counterexample: what is wrong in prose, the operations around it as a picture, and the same as tables. */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import { describeOperation, outcomeMeaning } from '../data/describe.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import { atSeconds, count, listed, plural } from '../data/format.ts';
import { legalRowsOf, type LegalRow } from '../data/legalSteps.ts';
import { paragraphs, visible } from '../data/text.ts';
import type { ReportView, TimedOperation } from '../data/view.ts';
import { minimalWindowOf, violationWindowOf, type ViolationWindow } from '../data/violationWindow.ts';
import { SwimLanes } from '../plots/swimLanes.tsx';

interface ViolationProps {
  readonly view: ReportView;
  readonly found: FoundAnomaly;
  readonly faults: ReadonlyMap<string, FaultPlot>;
}

/** One violation: explanation, picture, tables. */
export function Violation({ view, found, faults }: ViolationProps): JSX.Element {
  const window = violationWindowOf(view, found);
  return (
    <article id={`violation-${found.number}`}>
      <p class="note">Found by {listed(found.checkers.map((name) => visible(name, 60)))}.</p>
      {paragraphs(found.anomaly.explanation).map((paragraph, at) => (
        <p key={at} class="explanation">
          {paragraph}
        </p>
      ))}
      <Minimal view={view} found={found} faults={faults} />
      {window.shown.length > 0 && <SwimLanes view={view} found={found} window={window} faults={faults} />}
      <Caption found={found} window={window} />
      <div class="columns">
        <LegalSteps
          rows={legalRowsOf(view, found)}
          total={found.anomaly.prefix?.length ?? 0}
          culprit={window.culprit}
        />
        <WindowTable window={window} />
      </div>
    </article>
  );
}

/** The contradiction alone, without the operations that it does not need. */
function Minimal({ view, found, faults }: ViolationProps): JSX.Element | null {
  const window = minimalWindowOf(found);
  if (window === undefined) return null;
  const { shown, ofKey } = window;
  const all = plural(ofKey, 'operation');
  return (
    <>
      <h4>
        {ofKey === 1 ? 'This operation alone fails' : `These ${all} alone fail`} the same check
        {shown.length < ofKey && ` (showing ${shown.length} of them)`}
      </h4>
      <SwimLanes view={view} found={found} window={window} faults={faults} of="minimal" />
      <h4>In the run</h4>
    </>
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
      Showing {window.shown.length} of {plural(window.ofKey, 'operation')} {scope}.
      {found.number === 1 && legend}
    </p>
  );
}

/** Said once a page. */
const legend =
  ' From left to right the order of invocations and completions is exact, lengths are not: time without events is ' +
  'squeezed. Outlined operations prove the violation; ✗ marks the one that no order explains. Numbered points are the ' +
  'longest legal order, each with the state after it. A dashed tail means: may take effect later, or never.';

/** The end of the longest legal order, and what could not follow it. */
function LegalSteps({
  rows,
  total,
  culprit,
}: {
  readonly rows: readonly LegalRow[];
  readonly total: number;
  readonly culprit: TimedOperation | undefined;
}): JSX.Element | null {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return null;
  return (
    <table class="steps">
      <caption>
        The longest legal order
        {first.from > 1 ? `: steps ${count(first.from)} to ${count(last.to)} of ${count(total)}` : ''}
      </caption>
      <thead>
        <tr>
          {['step', 'operation', 'process', 'state after it'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ from, to, operation, processes, state }) => (
          <tr key={from}>
            <td>{from === to ? count(from) : `${count(from)}–${count(to)}`}</td>
            <td>
              {operation}
              {to > from && ` (${count(to - from + 1)}×)`}
            </td>
            <td>{processes}</td>
            <td>{state}</td>
          </tr>
        ))}
        {culprit && (
          <tr class="impossible">
            <td>✗</td>
            <td>{describeOperation(culprit.operation, 80)}</td>
            <td>{culprit.operation.invocation.process}</td>
            <td>impossible: the state is {last.state}</td>
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
