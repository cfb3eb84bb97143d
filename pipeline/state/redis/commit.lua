-- commit: one checkpoint: rows, offset and commit id in one step (protocol.md CHECKPOINT 2).
--
-- KEYS[1] meta hash of the shard    KEYS[2] rows hash    KEYS[3] staged hash of this commit
-- ARGV[1] epoch    ARGV[2] nonce    ARGV[3] commit id    ARGV[4] commit id it is based on, '' for none
-- ARGV[5] seq      ARGV[6] offset   ARGV[7] from         ARGV[8] mutedUntil, '' for null    ARGV[9] clean, 1 or 0
-- ARGV[10] snapshot to rebuild from, '' for none
-- ARGV[11] number of staged slices; 0 when the delta is small and ARGV[12] is its only slice
--
-- Returns {'OK'}               done, now or before
--         {'FENCED', epoch}    the shard is missing (it is never created here, H19) or has another owner
--         {'GAP', commit id}   the stored checkpoint is not the one these changes apply to (H9)
--         {'UNSTAGED'}         slices were lost in a failover or expired: stage all of them again
--         {'UNSETTLED', id}    the slices of the previous commit are not merged yet: settle, then commit again
--
-- Atomic, as a script. A staged delta counts from here on as a whole, although `settle` merges it in several steps:
-- a loader settles first. Idempotent: the stored commit id is this one's, so the second time answers OK and changes
-- nothing. The number alone would not do: after a failover another owner may have written the same seq.

local stored = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'commitId', 'pending')
if stored[1] ~= ARGV[1] or stored[2] ~= ARGV[2] then return {'FENCED', stored[1] or ''} end
if stored[3] == ARGV[3] then return {'OK'} end
if (stored[3] or '') ~= ARGV[4] then return {'GAP', stored[3] or ''} end
if stored[4] then return {'UNSETTLED', stored[4]} end

local slices = tonumber(ARGV[11])
if slices > 0 then
  if redis.call('HLEN', KEYS[3]) ~= slices then return {'UNSTAGED'} end
  -- No longer garbage: from now on it is the only copy.
  redis.call('PERSIST', KEYS[3])
  redis.call('HSET', KEYS[1], 'pending', ARGV[3], 'pendingSlices', slices)
else
  apply_slice(read_slice(ARGV[12]), KEYS[1], KEYS[2])
end
redis.call('HSET', KEYS[1], 'commitId', ARGV[3], 'seq', ARGV[5], 'offset', ARGV[6], 'from', ARGV[7],
  'mutedUntil', ARGV[8], 'clean', ARGV[9], 'snapshot', ARGV[10])
return {'OK'}
