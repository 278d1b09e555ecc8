/**
 * What can be said of a statement from its text alone, whatever the tables are: so it is refused before anything starts.
 * The text is cut into tokens as SQLite does it; what SQLite makes of them is looked at again when it is carried out
 * (work.ts).
 */
import { refusedFunctions } from './functions.ts';

interface Token {
  /** `word`: a keyword or a name without quotes. `name`: a name in quotes. `other`: one character. */
  readonly kind: 'word' | 'name' | 'literal' | 'other';
  /** Names and words in lower case, without quotes. */
  readonly text: string;
}

const patterns = new RegExp(
  [
    /(?<space>[\s\uFEFF]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<literal>'(?:[^']|'')*'|\d[\w.]*|[?:@$#][\w$\u0080-\uFFFF]*)/,
    /(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])/,
    /(?<word>[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*)/,
    /(?<other>[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gy',
);

function* tokensOf(sql: string): Generator<Token> {
  for (const { groups = {} } of sql.matchAll(patterns)) {
    const { name, word, literal, other } = groups;
    if (word !== undefined) yield { kind: 'word', text: word.toLowerCase() };
    else if (name !== undefined) yield { kind: 'name', text: name.slice(1, -1).toLowerCase() };
    else if (literal !== undefined) yield { kind: 'literal', text: literal };
    else if (other !== undefined) yield { kind: 'other', text: other };
  }
}

/** Whatever may be a name in this text, spelt alike. */
export function namesIn(sql: string): readonly string[] {
  return [...tokensOf(sql)].filter(({ kind }) => kind !== 'other').map(({ text }) => plainName(text));
}

/** The parameters that stand in this text, as they are bound: `:name`, `@name`, `$name`, `?1`. */
export function parametersIn(sql: string): ReadonlySet<string> {
  const literals = [...tokensOf(sql)].filter(({ kind }) => kind === 'literal');
  return new Set(literals.map(({ text }) => text).filter((text) => /^[?:@$#]/.test(text)));
}

/** Without quotes of any kind, and in lower case: two names that SQLite takes for one are the same then. */
export function plainName(name: string): string {
  return name.replace(/["'`[\]]/g, '').toLowerCase();
}

/** What a statement does to the tables. */
export type Effect = 'reads' | 'changes' | 'defines';

const effects: ReadonlyMap<string, Effect> = new Map([
  ['select', 'reads'],
  ['values', 'reads'],
  ['insert', 'changes'],
  ['replace', 'changes'],
  ['update', 'changes'],
  ['delete', 'changes'],
  ['create', 'defines'],
  ['drop', 'defines'],
  ['alter', 'defines'],
]);

/** The effect of a statement that is not refused. */
export function effectOf(sql: string): Effect {
  // The rest is not looked at.
  const [first] = tokensOf(sql);
  return effects.get(first?.text ?? '') ?? 'defines';
}

const ownTransaction = 'the statements of a request are one transaction already';

/** Why a statement must not begin like this. */
const refusedBeginnings: ReadonlyMap<string, string> = new Map([
  ...['begin', 'commit', 'end', 'rollback', 'savepoint', 'release'].map(
    (word) => [word, ownTransaction] as const,
  ),
  ['pragma', 'it changes the connection of one node, or tells of it'],
  ['attach', 'no other file is part of a snapshot'],
  ['detach', 'no other file is part of a snapshot'],
  ['vacuum', 'it cannot be part of a transaction'],
  ['analyze', 'a node that restarts would plan queries otherwise than one that goes on'],
  ['reindex', 'there is nothing to make anew'],
  ['explain', 'it tells of one node'],
]);

const recursion = 'it may call itself, and never end; write a subquery or a view';
const patternTime = 'it can take exponential time with some patterns; instr and substr do not';

/** Why this word must not stand anywhere in a statement. */
const refusedWords: ReadonlyMap<string, string> = new Map([
  ['with', recursion],
  ['like', patternTime],
  ['glob', patternTime],
  ...['current_date', 'current_time', 'current_timestamp'].map(
    (word) => [word, `it ${refusedFunctions.get(word)}`] as const,
  ),
]);

/** What a CREATE must not create. */
const refusedKinds: ReadonlyMap<string, string> = new Map([
  ['temp', 'it would belong to the connection of one node'],
  ['temporary', 'it would belong to the connection of one node'],
  ['trigger', 'what a statement does stands in the statement'],
  ['virtual', 'only plain tables are offered'],
]);

export const sqlLengthMax = 20_000;

/** Why a statement must not be carried out, in a sentence; null when its text says nothing against it. */
export function refusalOfText(sql: string): string | null {
  if (sql.length > sqlLengthMax) return `a statement has at most ${sqlLengthMax} characters`;
  if (sql.includes('\0')) return 'a statement has no character 0';
  const tokens = [...tokensOf(sql)];
  const [first] = tokens;
  if (first === undefined) return 'there is no statement';
  return refusalOfBeginning(first) ?? refusalOfPlaces(tokens);
}

function refusalOfBeginning({ kind, text }: Token): string | null {
  if (kind === 'word' && effects.has(text)) return null;
  const why = refusedBeginnings.get(text) ?? refusedWords.get(text);
  const begins = `a statement begins with ${[...effects.keys()].join(', ').toUpperCase()}`;
  return why === undefined ? begins : `${text.toUpperCase()} is refused: ${why}`;
}

function refusalOfPlaces(tokens: readonly Token[]): string | null {
  const isCreate = tokens[0]?.text === 'create';
  for (const [at, { kind, text }] of tokens.entries()) {
    const [before, next] = [tokens[at - 1]?.text, tokens[at + 1]?.text];
    const refused = (why: string | undefined): string => `${text.toUpperCase()} is refused: ${why}`;
    if (text === ';' && kind === 'other' && at < tokens.length - 1)
      return 'one statement at a time: a request may have several in "statements"';
    if (kind === 'word' && refusedWords.has(text)) return refused(refusedWords.get(text));
    if (kind === 'word' && isCreate && at === 1 && refusedKinds.has(text))
      return refused(refusedKinds.get(text));
    if (kind === 'word' && text === 'as' && next === '(')
      return 'AS (…) is refused: generated columns may be made of each other, and take exponential time';
    if (kind === 'word' && text === 'over' && before === ')')
      return 'OVER is refused: the work of window functions cannot be bounded beforehand';
    // A name of a database, table or column may also stand in the quotes of a text.
    if (kind === 'literal' && text.toLowerCase() === "'temp'" && next === '.')
      return refused(refusedKinds.get('temp'));
    if (kind !== 'word' && kind !== 'name') continue;
    if (text === 'temp' && next === '.') return refused(refusedKinds.get('temp'));
    if (text.startsWith('pragma_')) return refused(refusedBeginnings.get('pragma'));
    const why = next === '(' ? refusedFunctions.get(text) : undefined;
    if (why !== undefined) return `${text}() is refused: it ${why}`;
  }
  return null;
}
