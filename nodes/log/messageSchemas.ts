/** What reads that wait look like in messages between nodes. */
import { count } from '../kernel/schemas.ts';

/** The members of a ticket. */
export const ticket = { incarnation: count, ticket: count };
