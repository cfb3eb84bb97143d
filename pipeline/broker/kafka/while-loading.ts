import { hasType } from './broker-error.ts';

/** How a broker says that groups are not there to be asked about yet: after a start, or while they move to another one. */
const loading = ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP'];

/** Ten seconds in all. */
const maxAttempts = 40;
const retryMs = 250;

/** Asks about groups until they are loaded; kafkajs does so for members of a group, and not for its admin. */
export async function whileLoading<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === maxAttempts || !hasType(error, loading)) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
