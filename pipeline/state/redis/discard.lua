-- discard: forgets a shard: its rows, its checkpoint and its lease.
--
-- KEYS[1] meta hash of the shard    KEYS[2] rows hash    KEYS[3] staged hash of its last commit
-- ARGV[1] epoch    ARGV[2] nonce
--
-- Returns {'OK'}               forgotten, now or before
--         {'FENCED', epoch}    somebody else has taken the shard
--
-- Atomic: rows and checkpoint go together. Idempotent: of a shard that is gone nothing is left to forget.

local owner = redis.call('HMGET', KEYS[1], 'epoch', 'nonce')
if not owner[1] then return {'OK'} end
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return {'FENCED', owner[1]} end

redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
return {'OK'}
