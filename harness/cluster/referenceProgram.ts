/** How the nodes of a reference model are started: the bundled host program, with the flags of nodes/host/flags.ts. */
import type { RunConfig } from '../config.ts';
import type { ProgramOf } from './program.ts';

export interface ReferenceOptions {
  /** The bundle that bundle.ts has written. */
  readonly program: string;
  readonly config: Pick<RunConfig, 'model' | 'options' | 'seed' | 'bug'>;
}

/** What starts a node of the configured model at any place. */
export function referenceProgram({ program, config }: ReferenceOptions): ProgramOf {
  const common = [
    ...['--model', config.model],
    ...['--options', JSON.stringify(config.options)],
    ...['--seed', String(config.seed)],
    ...(config.bug === null ? [] : ['--bug', config.bug]),
  ];
  return ({ number, port, peers, dataDirectory, clockOffsetMs = 0 }) => ({
    clock: 'told',
    hasJournal: true,
    command: [
      process.execPath,
      program,
      ...common,
      ...['--id', String(number)],
      ...['--port', String(port)],
      ...['--peers', peers.map((peer) => `${peer.number}=${peer.url}`).join(',')],
      ...['--data', dataDirectory],
      ...(clockOffsetMs === 0 ? [] : [`--clock-offset=${clockOffsetMs}`]),
    ],
  });
}
