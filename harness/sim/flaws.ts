/** Hosts that are broken on purpose: tests plant these flaws, and checkers must notice. */

/** A law that a host breaks on purpose, to show that tests and checkers notice. */
export type HostFlaw =
  /** Law 1: an event is taken in the middle of another step. */
  | 'reentrant'
  /** Law 2: outputs leave before their records are durable. */
  | 'early-output'
  /** Law 3: a timer that was set again also fires at its old time. */
  | 'timers-pile-up'
  /** Law 3: timers outlive their incarnation. */
  | 'timers-survive'
  /** Law 4: every message is sent again a little later. */
  | 'resends'
  /** Law 5: a crash forgets records that were synced. */
  | 'lossy-disk'
  /** Law 5: a damaged record is skipped, and those after it are taken: what is left is no prefix. */
  | 'reads-past-damage'
  /** Law 5: requests stay open when the node is gone. */
  | 'requests-linger';
