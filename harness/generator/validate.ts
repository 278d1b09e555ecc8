/** What the interpreter demands of an operation before it is dispatched. All problems are named at once. */
import type { GeneratorContext, Invocation } from './generator.ts';

/** What is wrong with an operation that a generator answered in this context; empty when nothing is. */
export function invocationProblems(invocation: Invocation, context: GeneratorContext): string[] {
  const { f, key, value } = invocation as { [name in keyof Invocation]: unknown };
  const { thread } = invocation;
  const problems: string[] = [];
  if (typeof f !== 'string' || f === '') problems.push('f must be the name of an operation');
  if (key !== undefined && typeof key !== 'string') problems.push('key must be a string');
  if (value === undefined) problems.push('value is missing (null is a value)');
  if (thread !== undefined && !context.free.includes(thread))
    problems.push(
      context.threads.includes(thread) ? `thread ${thread} is busy` : `there is no thread ${thread}`,
    );
  return problems;
}
