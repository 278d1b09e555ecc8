/**
 * The page around the panels. Its content security policy allows nothing but the page's own style and script, both by
 * hash: no network, and no script that a value could smuggle in past the escaping.
 */
import type { Columns } from '../data/columns.ts';
import { base64 } from './base64.ts';
import { script } from './script.ts';
import { sha256 } from './sha256.ts';
import { style } from './style.ts';

export interface DocumentParts {
  readonly title: string;
  /** Markup of the panels, already escaped. */
  readonly body: string;
  readonly columns: Columns;
}

export function documentOf({ title, body, columns }: DocumentParts): string {
  const { bytes, ...tables } = columns;
  const policy = [
    `default-src 'none'`,
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    body,
    `<script type="application/json" id="tables">${embeddedJson(tables)}</script>`,
    `<script type="application/octet-stream" id="columns">${base64(bytes)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON that cannot end the element it stands in, nor open a comment in it. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

function hashOf(text: string): string {
  return `sha256-${base64(sha256(text))}`;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
