/**
 * What a submission says of its API, where that differs from the profile of its model: operation by operation, and in
 * an operation part by part. `null` takes away an operation that the program does not have, or a part of one. Pure.
 */
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { closest, defaultOptions } from '../../nodes/kernel/options.ts';
import type { Transport } from '../../nodes/kernel/transport.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { ApiContext, ApiOperation, ApiProfile } from '../profile.ts';
import { apiProfileOf } from '../profiles/index.ts';
import type { ActionKind } from '../workload.ts';

/** Every part may be left out, or null. */
type OperationOverride = { readonly [Part in keyof ApiOperation]?: ApiOperation[Part] | null };

export interface ApiOverrides {
  readonly operations?: Readonly<Record<string, OperationOverride | null>>;
  readonly contexts?: Readonly<Record<string, ApiContext>>;
  readonly leader?: { readonly method: 'GET'; readonly path: string } | null;
}

/** What is known of each kind of action, for templates. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  read: ['key'],
  write: ['key', 'value'],
  cas: ['key', 'from', 'to'],
  delete: ['key'],
  txn: ['txn'],
  add: ['key', 'element'],
  remove: ['key', 'element'],
  elements: ['key'],
  increment: ['key', 'amount'],
  count: ['key'],
  enqueue: ['key', 'value'],
  dequeue: ['key'],
  acquire: ['key', 'owner'],
  release: ['key', 'owner'],
  open: ['accounts', 'balance'],
  transfer: ['from', 'to', 'amount'],
  balances: ['accounts'],
  restock: ['key', 'quantity', 'region'],
  sell: ['key', 'quantity', 'region'],
  stock: ['key'],
  leader: [],
};

/** These answer what is there: without a result all answers would be that nothing is. */
const answering: ReadonlySet<string> = new Set([
  'read',
  'txn',
  'elements',
  'count',
  'dequeue',
  'balances',
  'stock',
]);
/** The other fields are what an operation is about, or does. Balances may be answered of all accounts there are. */
const mayBeUnsaid: ReadonlySet<string> = new Set(['restock region', 'sell region', 'balances accounts']);

/** The model's profile with what the submission says otherwise. The overrides have no problems. */
export function overridden(profile: ApiProfile, { operations, contexts, leader }: ApiOverrides): ApiProfile {
  const { leader: usualLeader, ...rest } = profile;
  const asked = leader === undefined ? (usualLeader ?? null) : leader;
  const all = new Map(Object.entries(profile.operations));
  for (const [kind, change] of Object.entries(operations ?? {})) {
    const operation = merged(all.get(kind), change);
    if (operation === null) all.delete(kind);
    else all.set(kind, operation as ApiOperation);
  }
  return {
    ...rest,
    operations: Object.fromEntries(all),
    contexts: { ...rest.contexts, ...contexts },
    ...(asked !== null && { leader: asked }),
  };
}

/** What is wrong with them, a phrase each. */
export function apiProblems(
  model: NodeModel,
  overrides: ApiOverrides,
  transport: Transport = 'http',
): readonly string[] {
  if (transport === 'grpc') return grpcProblems(overrides);
  const profile = apiProfileOf(model, defaultOptions(model));
  const shared = [
    ...Object.keys({ ...profile.contexts, ...overrides.contexts }).map((name) => `context.${name}`),
    ...model.options.map(({ name }) => `option.${name}`),
    'each',
  ];
  return Object.entries(overrides.operations ?? {}).flatMap(([kind, change]) => {
    const where = `api.operations.${kind}`;
    if (!isKind(kind)) return [`${where} is no kind of operation; ${nearestOf(kind, Object.keys(fieldsOf))}`];
    const usual = profile.operations[kind];
    const operation = merged(usual, change);
    if (operation === null) return [];
    const known = [...(fieldsOf[kind] ?? []).flatMap((field) => [field, `-${field}`]), ...shared];
    return [
      ...(['method', 'path'] as const)
        .filter((part) => operation[part] === undefined)
        .map((part) => `${where} has no ${part}, and ${model.name} has no such operation to take it from`),
      ...unknownFields([operation.path ?? '', operation.body ?? null], known).map(
        (name) => `${where} has an unknown placeholder {${name}}; ${nearestOf(name, known)}`,
      ),
      ...unsaid(kind, usual, operation).map(
        (name) =>
          `${where} says {${name}} neither in its path nor in its body, so every ${name} would be the same`,
      ),
      ...(answering.has(kind) && operation.result === undefined
        ? [`${where} does not say where its answer holds the result ("result": "value", or "" for all of it)`]
        : []),
    ];
  });
}

/** Over gRPC the service is that of kv.proto: a program may lack a part of it, and cannot spell it otherwise. */
function grpcProblems({ operations = {}, contexts, leader }: ApiOverrides): readonly string[] {
  const parts = { contexts, leader, ...prefixed('operations', operations) };
  return Object.entries(parts)
    .filter(([, part]) => part !== undefined && part !== null)
    .map(([name]) => `api.${name} is for http; over grpc an operation can be taken away (null), and no more`);
}

function prefixed(prefix: string, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function isKind(kind: string): kind is ActionKind {
  return Object.hasOwn(fieldsOf, kind);
}

/** Part by part; what is null is left out. */
function merged(
  usual: ApiOperation | undefined,
  change: OperationOverride | null,
): Partial<ApiOperation> | null {
  if (change === null) return null;
  return Object.fromEntries(Object.entries({ ...usual, ...change }).filter(([, part]) => part !== null));
}

/** What the operation is about, and its request does not say; where the model does not say it either, it need not. */
function unsaid(
  kind: ActionKind,
  usual: ApiOperation | undefined,
  operation: Partial<ApiOperation>,
): readonly string[] {
  const needed = (fieldsOf[kind] ?? []).filter(
    (field) => !mayBeUnsaid.has(`${kind} ${field}`) && (usual === undefined || says(usual, field)),
  );
  return needed.filter((field) => !says(operation, field));
}

function says({ path = '', body = null }: Partial<ApiOperation>, field: string): boolean {
  const template = JSON.stringify([path, body]);
  return ['', '-', 'each '].some((sign) => template.includes(`{${sign}${field}}`));
}

function unknownFields(template: Json, known: readonly string[]): readonly string[] {
  const names = [...JSON.stringify(template).matchAll(/\{(-?[A-Za-z][\w.]*)\}/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].filter((name) => !known.includes(name));
}

function nearestOf(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  return nearest === null ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
}
