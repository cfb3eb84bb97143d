/** Replicas of a topic where the cluster has that many brokers. */
const wantedReplicas = 3;

export function replicasFor(brokers: number): number {
  return Math.min(wantedReplicas, brokers);
}

/** One replica may be away; with fewer in sync, an acknowledged record could be lost. */
export function minInSyncOf(replicas: number): number {
  return Math.min(2, replicas);
}
