/**
 * What a schema has found wrong, in sentences for the person who sent it. Of alternatives (`anyOf`, `oneOf`) each says on its own
 * what it lacks, and together they contradict each other: only the closest one is told, or what they agree on.
 */
import type { SchemaError } from './compile.ts';

/** Each problem once; `subject` is what the whole value is called. */
export function problemsOf(errors: readonly SchemaError[], subject: string): readonly string[] {
  return [...new Set(explained(errors).map((problem) => sentence(problem, subject)))];
}

/** A problem as ajv tells it, with what several alternatives would have taken. */
type Problem = SchemaError & { readonly expected?: readonly string[] };

function explained(errors: readonly SchemaError[]): readonly Problem[] {
  const choices = errors.filter(isChoice);
  const outermost = choices.filter((choice) => !choices.some((other) => isWithin(choice, other)));
  const alone = errors.filter(
    (error) =>
      !choices.includes(error) &&
      // That one of two alternatives was meant is said by what is wrong with it.
      error.keyword !== 'if' &&
      !isExplainedByName(error, errors) &&
      !outermost.some((choice) => isWithin(error, choice)),
  );
  const chosen = outermost.flatMap((choice) =>
    closest(
      choice,
      errors.filter((error) => isWithin(error, choice)),
    ),
  );
  return [...alone, ...chosen];
}

/** Nothing was among the alternatives; of `oneOf` several may have been, and then none has a problem of its own. */
function isChoice({ keyword, params }: SchemaError): boolean {
  return keyword === 'anyOf' || (keyword === 'oneOf' && (params['passingSchemas'] ?? null) === null);
}

/** Whether an error is one of those of an alternative of this choice. */
function isWithin(error: SchemaError, choice: SchemaError): boolean {
  const isUnder =
    error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`);
  return error !== choice && isUnder && error.schemaPath.startsWith(`${choice.schemaPath}/`);
}

/** A name that breaks a rule is told twice: which rule, and that there is such a name. */
function isExplainedByName({ keyword, params }: SchemaError, errors: readonly SchemaError[]): boolean {
  return keyword === 'propertyNames' && errors.some((error) => error.propertyName === params['propertyName']);
}

/** Alternatives begin with a tag, differ in their kind, or ask for other members; else the one with fewest problems. */
function closest(choice: SchemaError, errors: readonly SchemaError[]): readonly Problem[] {
  const branches = branchesOf(choice, errors);
  const tagged = branches.filter((branch) => branch.some(({ keyword }) => keyword === 'const'));
  if (tagged.length === branches.length) {
    const tags = tagged.flatMap((branch) => branch.filter(({ keyword }) => keyword === 'const'));
    return together(tags, ({ params }) => JSON.stringify(params['allowedValue']));
  }
  const meant = branches.filter((branch) => !tagged.includes(branch));
  const isOtherKind = (error: SchemaError): boolean =>
    error.keyword === 'type' && error.instancePath === choice.instancePath;
  const ofKind = meant.filter((branch) => !branch.some(isOtherKind));
  if (ofKind.length === 0) return together(meant.flat().filter(isOtherKind), ({ params }) => typesOf(params));
  const isLackingOne = (branch: readonly SchemaError[]): boolean =>
    branch.length === 1 && branch[0]?.keyword === 'required';
  if (ofKind.every(isLackingOne))
    return together(ofKind.flat(), ({ params }) => JSON.stringify(params['missingProperty']));
  const [first = [], ...others] = ofKind.map(explained);
  return others.reduce((best, other) => (other.length < best.length ? other : best), first);
}

function branchesOf(
  choice: SchemaError,
  errors: readonly SchemaError[],
): readonly (readonly SchemaError[])[] {
  const branches = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const [branch = ''] = error.schemaPath.slice(choice.schemaPath.length + 1).split('/');
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  return [...branches.values()];
}

/** One problem for those of several alternatives, with what each would have taken. */
function together(
  errors: readonly SchemaError[],
  expected: (error: SchemaError) => string,
): readonly Problem[] {
  const [first] = errors;
  return first === undefined ? [] : [{ ...first, expected: [...new Set(errors.map(expected))] }];
}

function typesOf(params: SchemaError['params']): string {
  return [params['type']].flat().join(' or ');
}

function sentence(problem: Problem, subject: string): string {
  const { instancePath, keyword, params, message, propertyName } = problem;
  const where = placeOf(instancePath, subject);
  const rule = message ?? `breaks the rule ${keyword}`;
  if (propertyName !== undefined) return `the name ${JSON.stringify(propertyName)} in ${where} ${rule}`;
  const or = (one: unknown): string => (problem.expected ?? [one]).join(' or ');
  switch (keyword) {
    case 'additionalProperties':
      return `${where} has an unknown property ${JSON.stringify(params['additionalProperty'])}`;
    case 'required':
      return `${where} lacks ${or(JSON.stringify(params['missingProperty']))}`;
    case 'enum':
      return `${where} must be one of ${JSON.stringify(params['allowedValues'])}`;
    case 'const':
      return `${where} must be ${or(JSON.stringify(params['allowedValue']))}`;
    case 'type':
      return `${where} must be ${or(typesOf(params))}`;
    case 'discriminator':
      return params['tagValue'] === undefined
        ? `${where} lacks ${JSON.stringify(params['tag'])}`
        : `${where} is of no known ${String(params['tag'])}: ${JSON.stringify(params['tagValue'])}`;
    default:
      return `${where} ${rule}`;
  }
}

/** "txn[0][1]" reads better than "/txn/0/1". */
function placeOf(instancePath: string, subject: string): string {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((segment, at) => (/^\d+$/.test(segment) ? `[${segment}]` : `${at === 0 ? '' : '.'}${segment}`))
    .join('');
  return path === '' ? subject : `"${path}"`;
}
