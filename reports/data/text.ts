/**
 * Text that others wrote (values of nodes and clients, error messages) as text that can be looked at: what is invisible
 * or changes the direction of reading is spelled out, and what is too long is cut where everybody sees it. Escaping for
 * HTML is the renderer's work (preact); this is about what the reader believes to see.
 */
import type { Json } from '../../nodes/kernel/wire.ts';

export const valueLengthMax = 160;
export const proseLengthMax = 4000;

/** Controls, format characters (bidi marks, zero width), line and paragraph separators, lone surrogates, unassigned. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\p{Co}]/gu;

function spellOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** One line of visible characters, cut after `lengthMax` of them with a count of what is missing. */
export function visible(text: string, lengthMax: number = valueLengthMax): string {
  const shown = beginning(text, lengthMax);
  if (text.length <= lengthMax) return shown;
  const more = (text.length - cutAt(text, lengthMax)).toLocaleString('en-US');
  return `${shown} ${more} more characters`;
}

/** As much of it, on one line, of what stands in full beside it: in a tooltip, in a table. */
export function beginning(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text.replace(hidden, spellOut);
  return `${text.slice(0, cutAt(text, lengthMax)).replace(hidden, spellOut)}…`;
}

/** No character is cut in two. */
function cutAt(text: string, lengthMax: number): number {
  return isHighSurrogate(text.charCodeAt(lengthMax - 1)) ? lengthMax - 1 : lengthMax;
}

/** Lines for a terminal, whole: nothing in them moves its cursor, colours it, or turns the direction of reading. */
export function legible(text: string): string {
  const spelled = (character: string): string => (/[\n\t]/.test(character) ? character : spellOut(character));
  return text.replaceAll('\r\n', '\n').replace(hidden, spelled);
}

/** The paragraphs of a longer text, each one line of visible characters. */
export function paragraphs(text: string): string[] {
  const lines = visibleLines(text).filter((line) => line.trim() !== '');
  return lines.length === 0 ? ['(no text)'] : lines;
}

/** A JSON value on one line, as `visible` shows it. */
export function visibleJson(value: Json, lengthMax: number = valueLengthMax): string {
  return visible(jsonText(value), lengthMax);
}

function visibleLines(text: string): string[] {
  const cut = text.length > proseLengthMax;
  const lines = text.slice(0, proseLengthMax).split(/\r?\n/);
  const shown = lines.map((line) => visible(line, proseLengthMax));
  if (cut) shown.push(`… ${(text.length - proseLengthMax).toLocaleString('en-US')} more characters`);
  return shown;
}

function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
