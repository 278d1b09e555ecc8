/** The whole run over one shared time axis: faults, violations, latencies, throughput. */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import type { ReportView } from '../data/view.ts';
import { windowsOf } from '../data/windows.ts';
import { FaultBands } from '../plots/faultBands.tsx';
import { stageOf } from '../plots/frame.tsx';
import { LatencyQuantiles } from '../plots/latencyQuantiles.tsx';
import { LatencyScatter } from '../plots/latencyScatter.tsx';
import { Throughput } from '../plots/throughput.tsx';
import { TimeAxis } from '../plots/timeAxis.tsx';
import { ViolationMarks } from '../plots/violationMarks.tsx';
import { detailedMax } from './violations.tsx';

export function Overview({
  view,
  anomalies,
  faults,
}: {
  readonly view: ReportView;
  readonly anomalies: readonly FoundAnomaly[];
  readonly faults: ReadonlyMap<string, FaultPlot>;
}): JSX.Element {
  const violationsNs = anomalies.flatMap(({ timeNs }) => (timeNs === null ? [] : [timeNs])).slice(0, 100);
  const stage = stageOf(view, faults, violationsNs);
  const windows = windowsOf(view.operations, view.endNs);
  const kept = new Set(anomalies.slice(0, 50).flatMap(({ offending }) => offending));
  return (
    <section id="overview">
      <h2>The run over time</h2>
      {view.malformed !== null && (
        <p class="warning">The history cannot be paired, so nothing is drawn: {view.malformed}</p>
      )}
      {view.operations.length === 0 ? (
        <p class="note">There are no operations to draw.</p>
      ) : (
        <>
          <p class="note zoom-note" id="zoom-note" hidden>
            Drag across the plots to zoom in, double-click (or press Escape) to see everything; point at a
            mark to see its operation.
          </p>
          <div class="scroll" tabindex={0} role="group" aria-label="Plots of the run over time">
            <div class="stack" id="stack">
              <FaultBands stage={stage} />
              <ViolationMarks stage={stage} anomalies={anomalies} detailed={detailedMax} />
              <LatencyScatter stage={stage} kept={kept} />
              <LatencyQuantiles stage={stage} windows={windows} />
              <Throughput stage={stage} windows={windows} />
              <TimeAxis stage={stage} />
            </div>
          </div>
        </>
      )}
    </section>
  );
}
