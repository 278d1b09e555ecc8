/** Lines to paste into a shell: how to ask a node of this model, by hand. */
import type { NodeModel } from '../../nodes/kernel/model.ts';

/** One line a route, with the model's own examples. */
export function curlLines(model: Pick<NodeModel, 'routes'>, port: number): string[] {
  const lines = model.routes.map(({ method, example, meaning }) => {
    const url = `http://127.0.0.1:${port}${example.path}`;
    const body = example.body === undefined ? '' : ` -d '${JSON.stringify(example.body)}'`;
    return { command: method === 'GET' ? `curl '${url}'` : `curl -X POST '${url}'${body}`, meaning };
  });
  lines.push({ command: `curl 'http://127.0.0.1:${port}/status'`, meaning: 'what the node shows of itself' });
  const width = Math.min(100, Math.max(...lines.map(({ command }) => command.length)));
  return lines.map(({ command, meaning }) => `${command.padEnd(width)}  # ${meaning}`);
}
