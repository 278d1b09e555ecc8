/** Lines to paste into a shell: how to ask a node of this model, by hand. */
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';

type Routed = Pick<NodeModel, 'routes' | 'servedRoutes'>;

/** One line a route that makes sense with these options, with the model's own examples. */
export function curlLines(model: Routed, options: OptionValues, port: number): string[] {
  const routes = model.servedRoutes?.(options) ?? model.routes;
  const lines = routes.map(({ method, example, meaning }) => {
    const url = `http://127.0.0.1:${port}${example.path}`;
    const body = example.body === undefined ? '' : ` -d '${JSON.stringify(example.body)}'`;
    return { command: method === 'GET' ? `curl '${url}'` : `curl -X POST '${url}'${body}`, meaning };
  });
  lines.push({ command: `curl 'http://127.0.0.1:${port}/status'`, meaning: 'what the node shows of itself' });
  const width = Math.min(100, Math.max(...lines.map(({ command }) => command.length)));
  return lines.map(({ command, meaning }) => `${command.padEnd(width)}  # ${meaning}`);
}
