import { describe, expect, test } from 'vitest';
import { type LogCode, logCodes, openLog } from '../../../pipeline/telemetry/index.ts';

function logged(level: 'info' | 'warn' | 'silent', say: (log: ReturnType<typeof openLog>) => void): object[] {
  const lines: string[] = [];
  say(openLog(level, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

describe('the log', () => {
  test('is one JSON document per line, with its code, its level and the facts', () => {
    const [line] = logged('info', (log) => log.warn('warehouse-retrying', { attempt: 2 }));
    expect(line).toEqual({ level: 40, time: expect.any(String), code: 'warehouse-retrying', attempt: 2 });
  });

  test('keeps the code, whatever the facts are called', () => {
    expect(logged('info', (log) => log.info('stopped', { code: 'another' }))).toMatchObject([
      { code: 'stopped' },
    ]);
  });

  test('leaves out what is below its level', () => {
    const lines = logged('warn', (log) => {
      log.info('listening');
      log.warn('shard-lost');
      log.error('failed');
    });
    expect(lines).toMatchObject([{ code: 'shard-lost' }, { code: 'failed' }]);
    expect(logged('silent', (log) => log.error('failed'))).toEqual([]);
  });

  // People search for these and alert on them: one that goes or changes breaks somebody's alert.
  test('keeps its codes', () => {
    const codes: LogCode[] = [
      'listening',
      'stopped',
      'failed',
      'dead-letter',
      'control-undecodable',
      'records-lost',
      'shard-lost',
      'shard-full',
      'warehouse-in-memory',
      'warehouse-retrying',
      'warehouse-refused',
      'warehouse-unreadable',
      'warehouse-marks-lost',
      'warehouse-left',
    ];
    expect(Object.keys(logCodes)).toEqual(expect.arrayContaining(codes));
  });
});
