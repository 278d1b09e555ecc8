/**
 * Branded identifiers: a node's name and a request's handle are strings and numbers on the wire, and must not be
 * mistaken for each other in code.
 */

/** A node of the cluster: `n1`, `n2`, … (the number is the `{id}` of its command line, from 1). */
export type NodeId = string & { readonly brand: 'NodeId' };

/** A host's handle of one open client request; unique within one incarnation, never on the wire. */
export type RequestId = number & { readonly brand: 'RequestId' };

/** The name of node number `number`, counted from 1. */
export function nodeId(number: number): NodeId {
  return `n${number}` as NodeId;
}

/** The number of a node's name: 3 of `n3`. */
export function nodeNumber(node: NodeId): number {
  return Number(node.slice(1));
}

export function requestId(value: number): RequestId {
  return value as RequestId;
}
