/** Whether the run tested anything: a pass says little when no fault hit, or when nothing went on while it did. */
import type { JSX } from 'preact';
import type { FaultReport } from '../../harness/results.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import { progressDuring, progressWithoutFaults, type Progress } from '../data/faultEffects.ts';
import { count, duration, percent } from '../data/format.ts';
import { paragraphs, visible } from '../data/text.ts';
import type { ReportView } from '../data/view.ts';
import { Swatch } from '../plots/patterns.tsx';
import { Stats } from './checks.tsx';

interface BiteProps {
  readonly view: ReportView;
  readonly faults: ReadonlyMap<string, FaultPlot>;
}

export function Bite({ view, faults }: BiteProps): JSX.Element {
  const { results } = view;
  const quiet = progressWithoutFaults(view);
  return (
    <section id="bite">
      <h2>Did the test bite?</h2>
      {results.warnings.map((warning, at) => (
        <p key={at} class="warning">
          <b>⚠ </b>
          {paragraphs(warning).join(' ')}
        </p>
      ))}
      {Object.keys(results.faults).length === 0 ? (
        <p class="note">No faults were injected: this run says nothing about partitions or crashes.</p>
      ) : (
        <FaultTable view={view} faults={faults} quiet={quiet} />
      )}
      <h3>What the run reached</h3>
      {Object.keys(results.probes).length === 0 ? (
        <p class="note">Nothing was counted.</p>
      ) : (
        <Stats stats={results.probes} />
      )}
    </section>
  );
}

const columns = [
  'fault',
  'took effect',
  'injected',
  'no target',
  'hit the leader',
  'time active',
  'ok/s meanwhile',
  'not ok meanwhile',
];

function FaultTable({ view, faults, quiet }: BiteProps & { readonly quiet: Progress }): JSX.Element {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Table of faults">
      <table class="figures">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(view.results.faults).map(([name, report]) => (
            <FaultRow
              key={name}
              view={view}
              name={name}
              report={report}
              plot={faults.get(visible(name, 40))}
            />
          ))}
          <tr>
            <th scope="row">no fault active</th>
            <td>–</td>
            <td>–</td>
            <td>–</td>
            <td>–</td>
            <td>{duration(quiet.activeNs)}</td>
            <td>{count(quiet.okPerSecond)}</td>
            <td>{percent(quiet.notOkRatio, 1)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function FaultRow({
  view,
  name,
  report,
  plot,
}: {
  readonly view: ReportView;
  readonly name: string;
  readonly report: FaultReport;
  readonly plot: FaultPlot | undefined;
}): JSX.Element {
  const during = progressDuring(
    view,
    view.bands.filter(({ fault }) => fault === visible(name, 40)),
  );
  const measured = during.activeNs > 0;
  return (
    <tr>
      <th scope="row">
        {plot && <Swatch fault={plot} />} {visible(name, 40)}
      </th>
      <td class={report.effective ? 'good' : 'attention'}>{report.effective ? '✓ yes' : '⚠ no'}</td>
      <td>{count(report.injected)}</td>
      <td>{count(report.unavailable)}</td>
      <td>{count(report.leaderHit)}</td>
      <td>{duration(report.activeMs * 1e6)}</td>
      <td>{measured ? count(during.okPerSecond) : '–'}</td>
      <td>{measured ? percent(during.notOkRatio, 1) : '–'}</td>
    </tr>
  );
}
