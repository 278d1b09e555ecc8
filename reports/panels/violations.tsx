/** What went wrong: the first violation in full, some more on demand, the rest as a list; every cut says so. */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import { atSeconds, count, plural } from '../data/format.ts';
import { visible } from '../data/text.ts';
import type { ReportView } from '../data/view.ts';
import { Violation } from './violation.tsx';

/** Anomalies that get a picture, and those that get at least a line. */
export const detailedMax = 5;
const listedMax = 50;

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
        <details key={found.number} class="violation" open={found.number === 1}>
          <summary>
            <h3>
              <span class="violation-number">{found.number}</span> <Heading found={found} />
            </h3>
          </summary>
          <Violation view={view} found={found} faults={faults} />
        </details>
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
