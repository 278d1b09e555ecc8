/**
 * How the nodes of a reference model are started, and the processes in front of them, if its options want any: the bundled
 * host program, with the flags of nodes/host/flags.ts.
 */
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { rosterOf, seatOf } from '../../nodes/kernel/roster.ts';
import type { RunConfig } from '../config.ts';
import type { ProgramOf } from './program.ts';

export interface ReferenceOptions {
  /** The bundle that bundle.ts has written. */
  readonly program: string;
  readonly model: NodeModel;
  readonly config: Pick<RunConfig, 'nodes' | 'options' | 'seed' | 'bug'>;
}

/** What starts a process at any place of a cluster. */
export function referenceProgram({ program, model, config }: ReferenceOptions): ProgramOf {
  const roster = rosterOf(model, config.options, config.nodes);
  return ({ node, number, port, peers, dataDirectory, clockOffsetMs = 0 }) => {
    const seat = seatOf(model, config, roster, node);
    const known = peers.filter((peer) => seat.peers.includes(peer.node));
    return {
      clock: 'told',
      hasJournal: true,
      command: [
        process.execPath,
        program,
        ...['--model', seat.model.name],
        ...['--options', JSON.stringify(seat.options)],
        ...['--seed', String(config.seed)],
        ...(seat.bug === null ? [] : ['--bug', seat.bug]),
        ...['--id', String(number)],
        ...['--port', String(port)],
        ...['--peers', known.map((peer) => `${peer.number}=${peer.url}`).join(',')],
        ...['--data', dataDirectory],
        ...(clockOffsetMs === 0 ? [] : [`--clock-offset=${clockOffsetMs}`]),
      ],
    };
  };
}
