/**
 * Runs a program that is one CommonJS file, with the bytecode that V8 made of its functions in earlier runs: reading and
 * compiling them again would take longer than many a command does. V8 itself refuses bytecode of another V8 or for other
 * flags. Of the text it compares the length alone, and of the bytecode nothing: so two checksums go with what is kept.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module, { createRequire, SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Whoever ran so long has met many functions, perhaps new ones, and to keep them takes a small part of that. */
const longRunMs = 300;
/**
 * How much bytecode a function runs before V8 thinks of optimising it: six times V8's own budget. A small check is over
 * before optimised code would pay, and to make it takes more time than the check; a long one has it 20 ms later.
 */
const bytesBeforeOptimising = 400_000;
/** The map of a program whose sources nobody knows. */
const noMap = '{"version":3,"sources":[],"names":[],"mappings":""}';
/** Before the bytecode: the checksums of the text and of the bytecode. */
const headBytes = 8;

/**
 * Runs the program; `use` names what it is used for, since each use needs other functions.
 * @param {string} file
 * @param {string} use
 */
export function runProgram(file, use) {
  // Before any bytecode is read: V8 takes only what was made under the same flags.
  setFlagsFromString(`--interrupt-budget=${bytesBeforeOptimising}`);
  const codeFile = `${file}.${use.replace(/[^a-z-]/g, '')}.code`;
  const text = readFileSync(file);
  const textSum = crc32(text);
  const known = codeIn(contentOf(codeFile), textSum);
  // The compiler escapes all that is not ASCII, and one byte a character is read fastest.
  const script = new Script(Module.wrap(text.toString('latin1')), {
    filename: file,
    ...(known === undefined ? {} : { cachedData: known }),
  });
  const knownBytes = known === undefined || script.cachedDataRejected ? 0 : known.length;
  process.once('exit', () => {
    if (knownBytes > 0 && performance.now() < longRunMs) return;
    const code = script.createCachedData();
    // V8 drops what was not used for a while, so less is not better.
    if (code.length > knownBytes) keep(codeFile, textSum, code);
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
 * The bytecode that was kept, if it is that of this text, and whole.
 * @param {Buffer | undefined} content
 * @param {number} textSum
 */
function codeIn(content, textSum) {
  if (content === undefined || content.length < headBytes) return undefined;
  const code = content.subarray(headBytes);
  return content.readUInt32LE(0) === textSum && content.readUInt32LE(4) === crc32(code) ? code : undefined;
}

/**
 * Several processes may do so at once; each file is whole. Whoever cannot keep it goes without.
 * @param {string} file
 * @param {number} textSum
 * @param {Buffer} code
 */
function keep(file, textSum, code) {
  const unfinished = `${file}.${process.pid}`;
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(textSum, 0);
  head.writeUInt32LE(crc32(code), 4);
  try {
    writeFileSync(unfinished, Buffer.concat([head, code]));
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
