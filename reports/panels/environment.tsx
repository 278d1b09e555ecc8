/** Where and how it ran: machine, versions, the whole configuration and the schedule of faults. */
import type { JSX } from 'preact';
import { duration, plural, words } from '../data/format.ts';
import { visible, visibleJson } from '../data/text.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { ReportView } from '../data/view.ts';

/** More entries than this are left to config.json. */
const scheduleMax = 200;

export function EnvironmentPanel({ view }: { readonly view: ReportView }): JSX.Element {
  const { schedule, submission, ...config } = view.config;
  const { folder = '', manifest = null } = submission ?? {};
  return (
    <section id="environment">
      <h2>Environment and configuration</h2>
      <div class="columns">
        <Facts
          name="Environment"
          facts={Object.entries(view.environment).map(([name, value]) => [name, String(value)])}
        />
        <Facts
          name="Configuration"
          facts={[
            ...Object.entries(config).flatMap(([name, value]) => factsOf(name, value)),
            ...(manifest === null
              ? []
              : factsOf('submission', { folder, 'submission.json': JSON.stringify(manifest) })),
          ]}
        />
      </div>
      {schedule.length > 0 && <Schedule view={view} />}
    </section>
  );
}

/** A value as rows: lists on one line, options a row each. */
function factsOf(name: string, value: Json): (readonly [name: string, value: string])[] {
  if (value === null) return [[name, '–']];
  if (typeof value !== 'object') return [[name, String(value)]];
  if (Array.isArray(value))
    return [
      [
        name,
        value.map((item) => (typeof item === 'string' ? item : visibleJson(item as Json))).join(', ') ||
          'none',
      ],
    ];
  return Object.entries(value).map(([option, setting]) => [
    option,
    typeof setting === 'string' ? setting : visibleJson(setting),
  ]);
}

function Facts({
  name,
  facts,
}: {
  readonly name: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
}): JSX.Element {
  return (
    <table>
      <caption>{name}</caption>
      <tbody>
        {facts.map(([label, value]) => (
          <tr key={label}>
            <th scope="row">{words(visible(label, 60))}</th>
            <td>{visible(value, 400)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Schedule({ view }: { readonly view: ReportView }): JSX.Element {
  const { schedule } = view.config;
  return (
    <details>
      <summary>The schedule of faults: {plural(schedule.length, 'planned fault')}</summary>
      {schedule.length > scheduleMax && (
        <p class="note">
          Showing {scheduleMax} of {schedule.length}.
        </p>
      )}
      <table class="figures">
        <thead>
          <tr>
            {['entry', 'fault', 'at', 'for', 'parameters'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {schedule.slice(0, scheduleMax).map(({ id, fault, atMs, durationMs, params }) => (
            <tr key={id}>
              <td>{id}</td>
              <td>{visible(fault, 40)}</td>
              <td>{duration(atMs * 1e6)}</td>
              <td>{duration(durationMs * 1e6)}</td>
              <td>{visibleJson(params, 300)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
