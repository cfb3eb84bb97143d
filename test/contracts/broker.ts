import { afterEach, beforeEach, describe } from 'vitest';
import type { Broker } from '../../pipeline/broker/index.ts';
import { BrokerBench } from './broker/bench.ts';
import { consumerCases } from './broker/consuming.ts';
import { keepingCases } from './broker/keeping.ts';
import { endingCases, rebalanceCases } from './broker/membership.ts';
import { positionCases } from './broker/positions.ts';
import { producerCases, topicCases } from './broker/producing.ts';
import { readingCases } from './broker/reading.ts';
import { transactionCases } from './broker/transactions.ts';

/** What every broker must do. `makeBroker` may give the same cluster every time: names are random. */
export function brokerContract(name: string, makeBroker: () => Promise<Broker>): void {
  describe(`${name} keeps the broker contract`, () => {
    let bench: BrokerBench;
    beforeEach(async () => {
      bench = new BrokerBench(await makeBroker());
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
    keepingCases(() => bench);
  });
}
