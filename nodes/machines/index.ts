/** The registry of machines: what a model with a log can replicate (`--set machine=NAME`). */
import { OptionsError } from '../kernel/options.ts';
import type { OptionSpec, OptionValues, Route } from '../kernel/model.ts';
import { keyValueRoutes } from './http.ts';
import {
  KeyValueMachine,
  type KeyValues,
  type Operation as KeyValueOperation,
  type Query as KeyValueQuery,
} from './keyValue.ts';
import type { StateMachine } from './machine.ts';
import type { Serial } from './sessions.ts';
import { loadSqlite } from './sql/databases.ts';
import { sqlRoute } from './sql/http.ts';
import { SqlMachine, type SqlRequest, type SqlState } from './sql/sqlMachine.ts';

export type MachineName = 'kv' | 'sql';

/** What any machine may be asked. Each refuses what is not its own, before it is started (`StateMachine.refusal`). */
export type Operation = KeyValueOperation | SqlRequest;
export type Query = KeyValueQuery | SqlRequest;
export type MachineState = KeyValues | SqlState;
export type Machine = StateMachine<Operation, Query, MachineState>;

/** What a client may ask for of a machine. */
export type MachineRequest =
  | { readonly type: 'query'; readonly query: Query }
  | { readonly type: 'operation'; readonly operation: Operation; readonly serial?: Serial }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

export const machineOption: OptionSpec = {
  name: 'machine',
  type: 'choice',
  choices: ['kv', 'sql'],
  default: 'kv',
  isKept: true,
  meaning:
    'what is replicated: keys with values, or a database of SQLite (POST /sql; workloads register, bank, session, leader)',
};

/** The machine that a node with these options has; only of models with a log. */
export function machineOf(options: OptionValues): MachineName {
  return options[machineOption.name] === 'sql' ? 'sql' : 'kv';
}

/** The options, unless they ask for what there is not. Throws `OptionsError`. */
export function checkedMachine(options: OptionValues): OptionValues {
  if (machineOf(options) === 'sql' && options['proxy'] === 'on')
    throw new OptionsError(['proxies know keys with values alone: machine=sql goes without proxy=on']);
  return options;
}

/** What must be loaded before a machine of this name is made. */
export async function prepareMachine(name: MachineName): Promise<void> {
  if (name === 'sql') await loadSqlite();
}

export interface MachineSettings {
  readonly name: MachineName;
  /** All that an operation does happens, or nothing (not so: a planted bug of the relational machine). */
  readonly isAtomic: boolean;
}

/** A machine in a state that one of that name has saved, or in its first one. */
export function createMachine({ name, isAtomic }: MachineSettings, state: MachineState | null): Machine {
  return name === 'sql'
    ? new SqlMachine(state as SqlState | null, { isAtomic })
    : new KeyValueMachine((state ?? []) as KeyValues);
}

/** The client routes of a machine. */
export function routesOfMachine(name: MachineName): readonly Route<MachineProtocol>[] {
  return name === 'sql' ? [sqlRoute] : keyValueRoutes;
}

/** The client routes of all machines: a node refuses those of the machines that it has not. */
export const machineRoutes: readonly Route<MachineProtocol>[] = [...keyValueRoutes, sqlRoute];

/** The least of a protocol with these routes. */
interface MachineProtocol {
  request: MachineRequest;
  message: never;
  response: never;
  timer: never;
  record: never;
  status: never;
}
