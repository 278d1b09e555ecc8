/**
 * Colours, after Okabe and Ito (distinguishable with every kind of colour blindness), darkened or lightened until text
 * has a contrast of at least 4.5 and marks one of at least 3 (WCAG 2.2 AA) on their ground. Colour is never alone:
 * outcomes also differ in shape, faults in pattern, verdicts in icon and word.
 */

export interface Theme {
  readonly ground: string;
  readonly panel: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly ok: string;
  readonly info: string;
  readonly fail: string;
  readonly good: string;
  readonly bad: string;
  readonly undecided: string;
  readonly link: string;
  /** On top of `good`, `bad` and `undecided`. */
  readonly onVerdict: string;
}

export const light: Theme = {
  ground: '#f4f6f8',
  panel: '#ffffff',
  ink: '#1b2229',
  muted: '#59636e',
  line: '#c9d0d8',
  grid: '#e4e8ed',
  ok: '#0067a5',
  info: '#a86800',
  fail: '#b0457f',
  good: '#00694c',
  bad: '#b3201a',
  undecided: '#7a5200',
  link: '#005a94',
  onVerdict: '#ffffff',
};

export const dark: Theme = {
  ground: '#0f1317',
  panel: '#171c22',
  ink: '#e8ecf0',
  muted: '#a3adb8',
  line: '#3a444f',
  grid: '#262e36',
  ok: '#56b4e9',
  info: '#e69f00',
  fail: '#e58bbd',
  good: '#4fd0a5',
  bad: '#ff8a7a',
  undecided: '#f0b840',
  link: '#7cc4f2',
  onVerdict: '#0f1317',
};

/** The theme as CSS custom properties: `--ok:#0067a5;…`. */
export function customProperties(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, color]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${color}`)
    .join(';');
}
