/** How long a run waits for what. */
export interface RunTimings {
  /** One attempt to ask a node. */
  readonly attemptTimeoutMs: number;
  /** One operation with all its attempts. */
  readonly operationTimeoutMs: number;
  readonly leaderPollMs: number;
  /** One batch of actions; after that the run goes on as if they were performed, with a warning. */
  readonly performTimeoutMs: number;
  /** After everything is healed: until the cluster has its members back. */
  readonly membersTimeoutMs: number;
  readonly recoveryTimeoutMs: number;
  readonly finalReadsTimeoutMs: number;
}

/** Suits nodes whose elections take up to a second. */
export const timingsDefault: RunTimings = {
  attemptTimeoutMs: 1000,
  operationTimeoutMs: 3000,
  leaderPollMs: 200,
  performTimeoutMs: 5000,
  membersTimeoutMs: 10_000,
  recoveryTimeoutMs: 5000,
  finalReadsTimeoutMs: 10_000,
};
