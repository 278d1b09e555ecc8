/** The strip that stays on top while reading: the verdict, and where the panels are. */
import type { JSX } from 'preact';
import type { Validity } from '../../harness/checkers/checker.ts';
import { validityClass, VerdictIcon } from '../panels/validity.tsx';

export function Navigation({
  valid,
  headline,
  hasViolations,
}: {
  readonly valid: Validity;
  readonly headline: string;
  readonly hasViolations: boolean;
}): JSX.Element {
  const places = [
    ...(hasViolations ? [['violations', 'What went wrong']] : []),
    ['overview', 'Over time'],
    ['checks', 'Checks'],
    ['bite', 'Did it bite?'],
    ['environment', 'Environment'],
    ['guide', 'How to read this'],
  ] as const;
  return (
    <nav aria-label="Panels">
      <a class={`nav-verdict ${validityClass(valid)}`} href="#verdict">
        <VerdictIcon valid={valid} size={18} /> {headline}
      </a>
      {places.map(([id, name]) => (
        <a key={id} href={`#${id}`}>
          {name}
        </a>
      ))}
    </nav>
  );
}
