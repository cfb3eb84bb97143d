export { type BrokerSurroundings, openBroker } from './open-broker.ts';
export {
  type NeighbourConfig,
  type NeighbourSurroundings,
  type Neighbours,
  openNeighbours,
} from './open-neighbours.ts';
export { openRegistry } from './open-registry.ts';
export { openState } from './open-state.ts';
export { Opened } from './opened.ts';
export { type Patience, patiently } from './patience.ts';
