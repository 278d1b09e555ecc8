/**
 * The report of a run: history, verdicts and configuration in, one self-contained HTML page out. Pure: the same run gives
 * the same bytes. Each panel is a file in panels/, each plot one in plots/; data/ derives what they show.
 */
import { renderToString } from 'preact-render-to-string';
import { anomaliesOf } from './data/anomalies.ts';
import { columnsOf } from './data/columns.ts';
import { faultPlotsOf } from './data/faultPlots.ts';
import { visible } from './data/text.ts';
import { viewOf, type ReportInput } from './data/view.ts';
import { documentOf } from './page/document.ts';
import { Navigation } from './page/navigation.tsx';
import { Bite } from './panels/bite.tsx';
import { Checks } from './panels/checks.tsx';
import { EnvironmentPanel } from './panels/environment.tsx';
import { Guide } from './panels/guide.tsx';
import { Overview } from './panels/overview.tsx';
import { headline, VerdictStrip } from './panels/verdict.tsx';
import { Violations } from './panels/violations.tsx';
import { Patterns } from './plots/patterns.tsx';

export type { Environment, ReportInput } from './data/view.ts';

/** Renders the page. About a second for a hundred thousand operations; below two megabytes. */
export function renderReport(input: ReportInput): string {
  const view = viewOf(input);
  const { config, results } = view;
  const anomalies = anomaliesOf(view);
  const faults = faultPlotsOf([
    ...Object.keys(results.faults).map((name) => visible(name, 40)),
    ...view.bands.map(({ fault }) => fault),
  ]);
  const body = renderToString(
    <>
      <Patterns faults={[...faults.values()]} />
      <Navigation
        valid={results.valid}
        headline={headline(view, anomalies)}
        hasViolations={anomalies.length > 0}
      />
      <main>
        <VerdictStrip view={view} anomalies={anomalies} />
        <Violations view={view} anomalies={anomalies} faults={faults} />
        <Overview view={view} anomalies={anomalies} faults={faults} />
        <Checks view={view} anomalies={anomalies} />
        <Bite view={view} faults={faults} />
        <EnvironmentPanel view={view} />
        <Guide />
      </main>
    </>,
  );
  const system = config.submission?.manifest.name ?? config.model;
  const title = `${headline(view, anomalies)} · ${system} · ${config.workload} · seed ${config.seed}`;
  return documentOf({ title: visible(title), body, columns: columnsOf(view.operations) });
}
