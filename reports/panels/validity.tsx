/** A verdict as icon, word and colour: each of the three alone must be enough. */
import type { JSX } from 'preact';
import type { Validity } from '../../harness/checkers/checker.ts';

const looks = {
  true: { word: 'no violation found', className: 'valid', path: 'M7 16.5L13 22.5L25 9.5' },
  false: { word: 'violated', className: 'invalid', path: 'M9 9L23 23M23 9L9 23' },
  unknown: {
    word: 'undecided',
    className: 'undecided',
    path: 'M11.5 12.5a4.5 4.5 0 1 1 6.5 4c-1.5.9-2 1.7-2 3.2M16 23.8v.2',
  },
} as const;

function lookOf(valid: Validity): (typeof looks)[keyof typeof looks] {
  return valid === 'unknown' ? looks.unknown : valid ? looks.true : looks.false;
}

export function verdictWord(valid: Validity): string {
  return lookOf(valid).word;
}

export function validityClass(valid: Validity): string {
  return lookOf(valid).className;
}

/** A tick in a circle, a cross in an octagon, a question mark in a diamond. */
export function VerdictIcon({
  valid,
  size,
}: {
  readonly valid: Validity;
  readonly size: number;
}): JSX.Element {
  return (
    <svg
      class={`icon ${validityClass(valid)}`}
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden="true"
    >
      {valid === true && <circle class="icon-ground" cx="16" cy="16" r="15" />}
      {valid === false && <path class="icon-ground" d="M10 1H22L31 10V22L22 31H10L1 22V10Z" />}
      {valid === 'unknown' && <path class="icon-ground" d="M16 0L32 16L16 32L0 16Z" />}
      <path class="icon-line" d={lookOf(valid).path} />
    </svg>
  );
}

/** Icon and word on one line. */
export function VerdictBadge({ valid }: { readonly valid: Validity }): JSX.Element {
  return (
    <span class={`badge ${validityClass(valid)}`}>
      <VerdictIcon valid={valid} size={18} /> {verdictWord(valid)}
    </span>
  );
}
