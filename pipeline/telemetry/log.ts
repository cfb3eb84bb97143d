import pino, { type DestinationStream } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What the pipeline says of itself: a stable code that people can search for, and the facts beside it. */
export interface Log {
  info(code: string, facts?: object): void;
  warn(code: string, facts?: object): void;
  error(code: string, facts?: object): void;
}

/** JSON lines on `destination` (stderr by default: stdout is for data). Codes are stable, facts are not. */
export function openLog(level: LogLevel, destination: DestinationStream = pino.destination(2)): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    info: (code, facts = {}) => logger.info({ code, ...facts }),
    warn: (code, facts = {}) => logger.warn({ code, ...facts }),
    error: (code, facts = {}) => logger.error({ code, ...facts }),
  };
}
