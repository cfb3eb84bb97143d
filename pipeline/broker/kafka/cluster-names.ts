/** How a consumer group or transactional id of ours is called on the cluster. */
export type OnCluster = (name: string) => string;

/**
 * Ours begin with `tocsin-`; a cluster whose ACLs want another beginning gets that one instead. Everything that speaks to
 * Kafka of such a name asks here, once, and the rest of the pipeline knows its own names only.
 */
export function namesOn(prefix: string): OnCluster {
  return (name) => (name.startsWith('tocsin-') ? prefix + name.slice('tocsin'.length) : name);
}
