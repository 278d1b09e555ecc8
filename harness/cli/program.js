/**
 * Runs a program that is one CommonJS file, with the bytecode that V8 made of its functions in earlier runs: reading and
 * compiling them again would take longer than many a command does. What is kept is looked at by V8 itself: bytecode of
 * another text, of another V8 or for other flags is refused, and then made anew.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module, { createRequire, SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Script } from 'node:vm';

/** Whoever ran so long has met many functions, perhaps new ones, and to keep them takes a small part of that. */
const longRunMs = 300;
/** The map of a program whose sources nobody knows. */
const noMap = '{"version":3,"sources":[],"names":[],"mappings":""}';

/**
 * Runs the program; `use` names what it is used for, since each use needs other functions.
 * @param {string} file
 * @param {string} use
 */
export function runProgram(file, use) {
  const codeFile = `${file}.${use.replace(/[^a-z-]/g, '')}.code`;
  const known = contentOf(codeFile);
  // The compiler escapes all that is not ASCII, and one byte a character is read fastest.
  const script = new Script(Module.wrap(readFileSync(file, 'latin1')), {
    filename: file,
    ...(known === undefined ? {} : { cachedData: known }),
  });
  const knownBytes = known === undefined || script.cachedDataRejected ? 0 : known.length;
  process.once('exit', () => {
    if (knownBytes > 0 && performance.now() < longRunMs) return;
    const code = script.createCachedData();
    // V8 drops what was not used for a while, so less is not better.
    if (code.length > knownBytes) keep(codeFile, code);
  });
  Error.prepareStackTrace = (error, frames) => stackOf(file, error, frames);
  const own = { exports: {} };
  script.runInThisContext().call(own.exports, own.exports, createRequire(file), own, file, dirname(file));
}

/** @param {string} file */
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Several processes may do so at once; each file is whole. Whoever cannot keep it goes without.
 * @param {string} file
 * @param {Buffer} content
 */
function keep(file, content) {
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  } catch {
    return;
  }
}

/** @type {SourceMap | undefined} */
let sourceMap;

/**
 * The stack of an error, which names the sources. Node would read their map at every start; here it is read when somebody
 * asks for a stack, and does without if it is gone by then.
 * @param {string} file
 * @param {Error} error
 * @param {readonly NodeJS.CallSite[]} frames
 */
function stackOf(file, error, frames) {
  const lines = frames.map((frame) => `    at ${frame.getFileName() === file ? placed(file, frame) : frame}`);
  return [String(error), ...lines].join('\n');
}

/**
 * @param {string} file
 * @param {NodeJS.CallSite} frame
 */
function placed(file, frame) {
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  sourceMap ??= new SourceMap(JSON.parse(contentOf(`${file}.map`)?.toString() ?? noMap));
  const entry = sourceMap.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return String(frame);
  const { originalSource, originalLine, originalColumn } = entry;
  const source = `${resolve(dirname(file), originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  return String(frame).replace(`${file}:${line}:${column}`, source);
}
