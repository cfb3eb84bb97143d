import { afterEach, beforeEach, describe } from 'vitest';
import { BrokerBench } from '../../contracts/broker/bench.ts';
import { consumerCases } from '../../contracts/broker/consuming.ts';
import { endingCases, rebalanceCases } from '../../contracts/broker/membership.ts';
import { positionCases } from '../../contracts/broker/positions.ts';
import { producerCases, topicCases } from '../../contracts/broker/producing.ts';
import { readingCases } from '../../contracts/broker/reading.ts';
import { transactionCases } from '../../contracts/broker/transactions.ts';
import { stateContract } from '../../contracts/state.ts';
import { warehouseContract } from '../../contracts/warehouse.ts';
import { Pumped } from './pumped.ts';

let pumped: Pumped;
beforeEach(() => {
  pumped = new Pumped();
});
afterEach(() => pumped.close());

// All of the contract but what looks after topics, which no worker does.
describe('the simulated broker keeps the broker contract', () => {
  let bench: BrokerBench;
  beforeEach(() => {
    bench = new BrokerBench(pumped.broker());
  });
  afterEach(() => bench.close());

  topicCases(() => bench);
  producerCases(() => bench);
  consumerCases(() => bench);
  positionCases(() => bench);
  readingCases(() => bench);
  rebalanceCases(() => bench);
  endingCases(() => bench);
  transactionCases(() => bench);
});

stateContract('the simulated state store', async () => pumped.state());

warehouseContract('the simulated warehouse', async () => ({
  warehouse: pumped.warehouse(),
  rows: async (table) => pumped.warehouseServer.rows(table).length,
  rolledUp: async () => pumped.warehouseServer.materialized('alerts'),
}));
