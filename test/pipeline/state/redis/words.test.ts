import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redisOptionsOf } from '../../../../pipeline/state/index.ts';
import { parseNode } from '../../../../pipeline/state/redis/connection-options.ts';
import { stateError } from '../../../../pipeline/state/redis/failure.ts';
import { PackWriter, unpackStrings } from '../../../../pipeline/state/redis/message-pack.ts';
import { shardKeys } from '../../../../pipeline/state/redis/shard-keys.ts';
import { cutSlices } from '../../../../pipeline/state/redis/slices.ts';

const change = (key: string, text: string | null, table = 't') => ({
  table,
  key,
  value: text === null ? null : Buffer.from(text),
});

describe('MessagePack', () => {
  const packed = (strings: readonly Uint8Array[]): Buffer => {
    const writer = new PackWriter();
    writer.array(strings.length);
    for (const each of strings) writer.bytes(each);
    return writer.take();
  };

  test('any strings come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }), (strings) => {
        expect(unpackStrings(packed(strings)).map((each) => [...each])).toEqual(strings.map((s) => [...s]));
      }),
    );
  });

  test('texts are their UTF-8, between strings and in whatever room there is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.nat(64), (texts, size) => {
        const writer = new PackWriter(size);
        writer.array(2 * texts.length);
        for (const text of texts) {
          writer.joined(Buffer.from(text), 'ü');
          writer.bytes(Buffer.from(text));
        }
        const unpacked = unpackStrings(writer.take()).map(String);
        expect(unpacked).toEqual(
          texts.flatMap((text) => [Buffer.from(`${text}ü`), Buffer.from(text)]).map(String),
        );
      }),
    );
  });

  test.for([0, 31, 32, 255, 256, 65_535, 65_536, 1_000_000])('a string of %i bytes', (length) => {
    expect(unpackStrings(packed([Buffer.alloc(length, 7)]))[0]?.length).toBe(length);
  });

  test.for([0, 15, 16, 65_535, 65_536])('an array of %i strings', (count) => {
    expect(unpackStrings(packed(Array.from({ length: count }, () => Buffer.from('x'))))).toHaveLength(count);
  });

  test.for([
    ['a number', Buffer.of(0x01)],
    ['an array with a number in it', Buffer.of(0x91, 0x05)],
    ['something after the end', Buffer.of(0x90, 0x90)],
    ['a string cut short', Buffer.of(0x91, 0xa5, 0x41)],
    ['nothing', Buffer.of()],
  ] as const)('%s is refused', ([, bytes]) => {
    expect(() => unpackStrings(bytes)).toThrow(RangeError);
  });
});

describe('slices', () => {
  /** With the number of pauses on the way. */
  const cut = (...[changes, limit]: Parameters<typeof cutSlices>) => {
    const work = cutSlices(changes, limit);
    let pauses = 0;
    let step = work.next();
    for (; step.done !== true; step = work.next()) pauses += 1;
    return { slices: step.value, pauses };
  };
  const many = (count: number) => Array.from({ length: count }, (_, i) => change(`k${i}`, '1'));

  test('no changes are one empty slice, since a commit also moves the offset', () => {
    expect(cut([], { rows: 10, bytes: 10 }).slices.map(({ rows }) => rows)).toEqual([0]);
  });

  test('a slice is full at its number of rows or of bytes, whichever comes first', () => {
    const changes = ['a', 'b', 'c', 'd', 'e'].map((key) => change(key, '12345'));
    expect(cut(changes, { rows: 2, bytes: 1_000 }).slices.map(({ rows }) => rows)).toEqual([2, 2, 1]);
    expect(cut(changes, { rows: 100, bytes: 20 }).slices.map(({ rows }) => rows)).toEqual([3, 2]);
  });

  test.each([
    [0, 0],
    [500, 0],
    [501, 1],
    [20_000, 39],
  ])(
    'of %i rows have %i pauses on the way: no more than 500 rows are looked at in one go',
    (rows, pauses) => {
      expect(cut(many(rows), { rows: 2_000, bytes: 1_000_000 }).pauses).toBe(pauses);
    },
  );

  test('equal keys of two tables are two rows', () => {
    const { slices } = cut([change('a', '1', 't'), change('a', '1', 'u')], { rows: 9, bytes: 99 });
    expect(slices[0]?.rows).toBe(2);
  });

  test('a table with the separator in its name is a bug of ours', () => {
    const { slices } = cut([change('a', '1', 't\0u')], { rows: 1, bytes: 1 });
    expect(() => slices[0]?.pack()).toThrow(/invariant/);
  });
});

describe('keys', () => {
  test('all keys of a shard have one hash tag', () => {
    const keys = shardKeys('tocsin', { graph: 'relate', partition: 3 });
    expect([keys.meta, keys.rows, keys.staged('1:n:2')]).toEqual([
      '{tocsin:relate:3}:meta',
      '{tocsin:relate:3}:rows',
      '{tocsin:relate:3}:staged:1:n:2',
    ]);
  });

  test.for(['a{b', 'a}b', 'a b'])('the prefix %s would move the hash tag', (prefix) => {
    expect(() => shardKeys(prefix, { graph: 'relate', partition: 0 })).toThrow(/invariant/);
  });
});

describe('addresses', () => {
  test.for([
    ['redis.example:6379', { host: 'redis.example', port: 6379 }],
    ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
    ['[::1]:6380', { host: '::1', port: 6380 }],
    ['redis.example', null],
    ['redis.example:0', null],
    ['redis.example:70000', null],
    ['::1:6379', null],
    ['redis://host:6379', null],
    ['', null],
  ] as const)('the node %s', ([text, node]) => {
    expect(parseNode(text)).toEqual(node);
  });

  test.for([
    ['redis://h:1', { nodes: ['h:1'], db: 0 }],
    ['redis://h', { nodes: ['h:6379'] }],
    ['redis://h/5', { nodes: ['h:6379'], db: 5 }],
    ['rediss://[::1]:2/', { nodes: ['[::1]:2'], tls: {} }],
    ['redis://user:p%40ss@h', { username: 'user' }],
  ] as const)('%s', ([address, expected]) => {
    expect(redisOptionsOf(address)).toMatchObject({ mode: 'single', ...expected });
  });

  test('the password is decoded and hidden', () => {
    const options = redisOptionsOf('redis://:p%40ss@h');
    expect(options.password?.reveal()).toBe('p@ss');
    expect(options.username).toBeUndefined();
    expect(JSON.stringify(options)).not.toContain('p@ss');
  });

  test.for(['http://h:1', 'h:1', 'redis://h/name', ''])('%s is no address of a Redis', (address) => {
    expect(() => redisOptionsOf(address)).toThrow(/config.invalid-value/);
  });
});

describe('errors of Redis', () => {
  test.for([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'state.refused'],
    ['NOAUTH HELLO must be called with the client already authenticated', 'state.refused'],
    ["NOPERM this user has no permissions to run the 'eval' command", 'state.refused'],
    ["ERR Error running script: The user executing the script can't run this command", 'state.refused'],
    ["ERR unknown command 'EVALSHA'", 'state.refused'],
    ['LOADING Redis is loading the dataset in memory', 'state.unavailable'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'state.unavailable'],
    ['READONLY You can’t write against a read only replica.', 'state.unavailable'],
    ['CLUSTERDOWN The cluster is down', 'state.unavailable'],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'state.unavailable'],
  ] as const)('%s', ([message, code]) => {
    expect(stateError(new Error(message), 'commit').code).toBe(code);
  });

  test('what a cluster hides one level down is found', () => {
    const hidden = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: new Error('WRONGPASS no'),
    });
    expect(stateError(hidden, 'fence')).toMatchObject({ code: 'state.refused' });
  });
});
