/**
 * What peers say, looked at before a core sees it: each message must have the form that its model gives to messages of its
 * type, and nothing in it that a node could not keep. A lie that is well formed passes.
 */
import type { NodeModel } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';
import { messageDepthMax, unkeepable } from './jsonBounds.ts';
import { messageValidatorsOf } from './validation.ts';

/** What is wrong with these messages: all of it. Nothing of them may be taken if there is anything. */
export type MessageCheck = (messages: readonly unknown[]) => readonly string[];

const noProblems: readonly string[] = [];

export function messageCheckOf<P extends Protocol>(model: NodeModel<P>): MessageCheck {
  const validators = messageValidatorsOf(model);
  const problemsOf = (message: unknown): readonly string[] => {
    const type = (message as { readonly type?: unknown } | null)?.type;
    const validate = typeof type === 'string' ? validators.get(type) : undefined;
    return (
      validate?.(message) ?? [`nodes of ${model.name} do not send messages of type ${JSON.stringify(type)}`]
    );
  };
  return (messages) => {
    const reason = unkeepable(messages as readonly Json[], messageDepthMax);
    if (reason !== null) return [reason];
    // Mostly there are none, and then no list is made.
    let problems = noProblems;
    for (const [at, message] of messages.entries()) {
      const found = problemsOf(message);
      if (found.length > 0)
        problems = [...problems, ...found.map((problem) => `messages[${at}]: ${problem}`)];
    }
    return problems;
  };
}
