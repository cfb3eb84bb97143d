import { z } from 'zod';

/** Ten years: times and sums of several such spans are numbers that JavaScript and Avro hold exactly. */
const longestMs = 10 * 365 * 24 * 3_600_000;

/** A span of time in a configuration, in milliseconds. */
export const span = () => z.int().max(longestMs);
