-- settle: merges one slice of a staged commit into the rows. Call it until nothing is left.
--
-- KEYS[1] meta hash of the shard    KEYS[2] rows hash    KEYS[3] staged hash of the commit
-- ARGV[1] epoch    ARGV[2] nonce    ARGV[3] commit id that the slices belong to
--
-- Returns {'OK', slices left}
--         {'FENCED', epoch}            the shard is missing or has another owner
--         {'DAMAGED', what}            slices are missing although the commit counts
--
-- Atomic: a slice is merged and gone in one step. Idempotent: sent again it merges the next one, which is due anyway.

local stored = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'pending', 'pendingSlices')
if stored[1] ~= ARGV[1] or stored[2] ~= ARGV[2] then return {'FENCED', stored[1] or ''} end
if stored[3] ~= ARGV[3] then return {'OK', '0'} end

local left = tonumber(stored[4])
local found = redis.call('HLEN', KEYS[3])
if found ~= left then
  return {'DAMAGED', KEYS[3] .. ' has ' .. found .. ' slices, ' .. KEYS[1] .. ' counts ' .. left}
end

left = left - 1
apply_slice(read_slice(redis.call('HGET', KEYS[3], left)), KEYS[1], KEYS[2])
redis.call('HDEL', KEYS[3], left)
if left == 0 then
  redis.call('HDEL', KEYS[1], 'pending', 'pendingSlices')
else
  redis.call('HSET', KEYS[1], 'pendingSlices', left)
end
return {'OK', tostring(left)}
