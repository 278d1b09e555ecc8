/** What was judged, by whom, with what result; and which guarantees the history leaves standing. */
import type { JSX } from 'preact';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import type { Verdict } from '../../harness/checkers/checker.ts';
import type { FoundAnomaly } from '../data/anomalies.ts';
import { atSeconds, count, listed, plural, words } from '../data/format.ts';
import { visible } from '../data/text.ts';
import type { ReportView } from '../data/view.ts';
import { VerdictBadge } from './validity.tsx';

export function Checks({
  view,
  anomalies,
}: {
  readonly view: ReportView;
  readonly anomalies: readonly FoundAnomaly[];
}): JSX.Element {
  const { results, meanings = {} } = view;
  const checkers = Object.entries(results.checkers).sort(([, a], [, b]) => rank(a) - rank(b));
  return (
    <section id="checks">
      <h2>Checks</h2>
      <Guarantees view={view} />
      <div class="scroll" tabindex={0} role="group" aria-label="Table of checks">
        <table>
          <thead>
            <tr>
              <th scope="col">check</th>
              <th scope="col">verdict</th>
              <th scope="col">what it decides</th>
              <th scope="col">figures</th>
            </tr>
          </thead>
          <tbody>
            {checkers.map(([name, verdict]) => (
              <tr key={name}>
                <th scope="row">{visible(name, 60)}</th>
                <td>
                  <VerdictBadge valid={verdict.valid} />
                </td>
                <td>
                  {visible(meanings[name] ?? '', 400)}
                  <HeldUntil view={view} verdict={verdict} />
                  {verdict.reason !== undefined && <p class="reason">{visible(verdict.reason, 600)}</p>}
                  <Evidence name={name} verdict={verdict} anomalies={anomalies} />
                </td>
                <td>
                  <Stats stats={verdict.stats} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {checkers.length === 0 && <p class="note">Nothing was checked.</p>}
    </section>
  );
}

/** How far the history was right, of violations that no legal order describes. */
function HeldUntil({
  view,
  verdict,
}: {
  readonly view: ReportView;
  readonly verdict: Verdict;
}): JSX.Element | null {
  const { heldUntil } = verdict;
  if (heldUntil === undefined) return null;
  const at = view.history[heldUntil];
  return (
    <p>
      {at
        ? `It held until event ${heldUntil}, at ${atSeconds(at.timeNs)}.`
        : 'It failed from the first event.'}
    </p>
  );
}

/** Bad news first. */
function rank({ valid }: Verdict): number {
  return valid === false ? 0 : valid === 'unknown' ? 1 : 2;
}

function Evidence({
  name,
  verdict,
  anomalies,
}: {
  readonly name: string;
  readonly verdict: Verdict;
  readonly anomalies: readonly FoundAnomaly[];
}): JSX.Element | null {
  const { length } = verdict.anomalies;
  if (length === 0) return null;
  const first = anomalies.find(({ checkers }) => checkers.includes(name));
  if (!first)
    return (
      <p>
        {plural(length, 'violation')}
        {length > 1 ? ', the first: ' : ': '}
        {visible(verdict.anomalies[0]?.explanation ?? '', 600)}
      </p>
    );
  return (
    <p>
      <a href={`#violation-${first.number}`}>{plural(length, 'violation')}</a>
    </p>
  );
}

export function Stats({ stats }: { readonly stats: Readonly<Record<string, number>> }): JSX.Element {
  return (
    <ul class="stats">
      {Object.entries(stats).map(([name, value]) => (
        <li key={name}>
          {words(visible(name, 60))}{' '}
          <b>{Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)))}</b>
        </li>
      ))}
    </ul>
  );
}

function Guarantees({ view }: { readonly view: ReportView }): JSX.Element {
  const { claimed, judged, held, violated, undecided, strongestHeld } = view.results.guarantee;
  const rows = [
    { name: 'claimed by the model', levels: claimed },
    { name: 'judged in this run', levels: judged },
    { name: 'strongest that stands', levels: strongestHeld },
  ];
  const marked = [
    ...violated.map((level) => ({ level, mark: '✗', outcome: 'invalid' })),
    ...undecided.map((level) => ({ level, mark: '?', outcome: 'undecided' })),
    ...held.map((level) => ({ level, mark: '✓', outcome: 'valid' })),
  ];
  return (
    <>
      <dl class="guarantees">
        {rows.map(({ name, levels }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{levels.length === 0 ? 'none' : listed(levels.map((level) => visible(level, 60)))}</dd>
          </div>
        ))}
      </dl>
      <ul class="levels" aria-label="Levels: ✗ violated, ? undecided, ✓ not refuted by this history">
        {marked.map(({ level, mark, outcome }) => (
          <li key={level} class={`level ${outcome}`}>
            {mark} {visible(level, 60)}
            <Implication view={view} level={level} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** How a level is known that no check of its own decided. */
function Implication({
  view,
  level,
}: {
  readonly view: ReportView;
  readonly level: Guarantee;
}): JSX.Element | null {
  const { impliedBy = {}, held } = view.results.guarantee;
  const by = impliedBy[level];
  if (by === undefined) return null;
  return <small>{held.includes(level) ? ` follows from ${by}` : ` needs ${by}`}</small>;
}
