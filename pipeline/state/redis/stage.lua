-- stage: puts one slice of a large delta beside the rows; `commit` makes it count.
--
-- KEYS[1] meta hash of the shard    KEYS[2] staged hash of this commit (slice number → slice)
-- ARGV[1] epoch    ARGV[2] nonce    ARGV[3] commit id    ARGV[4] commit id it is based on, '' for none
-- ARGV[5] slice number, from 0      ARGV[6] slice        ARGV[7] ms until it is garbage unless committed
--
-- Returns {'OK'}
--         {'APPLIED'}          this commit is done already: nothing to stage
--         {'GAP', commit id}   the stored checkpoint is another one
--         {'FENCED', epoch}    the shard is missing or has another owner
--
-- Atomic: the owner is checked with the write. Idempotent: a slice sent again overwrites itself, and one that arrives
-- after its commit is refused. The key is named by the commit, so slices of two owners never meet.

local owner = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'commitId')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return {'FENCED', owner[1] or ''} end
if owner[3] == ARGV[3] then return {'APPLIED'} end
if (owner[3] or '') ~= ARGV[4] then return {'GAP', owner[3] or ''} end

redis.call('HSET', KEYS[2], ARGV[5], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return {'OK'}
