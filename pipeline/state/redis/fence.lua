-- fence: gives a shard to a new owner (protocol.md ACQUIRE 2). From now on older leases can write nothing.
--
-- KEYS[1] meta hash of the shard    KEYS[2] rows hash of the shard
-- ARGV[1] nonce of the new lease, never used before
-- ARGV[2] newest layout that the caller can read
-- ARGV[3] 1 to take a damaged shard as well, which the caller then discards; else 0
--
-- Returns {'OK', epoch, seq, commitId, offset, from, mutedUntil, clean, snapshot}; what is missing or null is ''
--         {'NEWER', layout}           written by a newer version; nothing was changed
--         {'EVICTS', policy}          this server may throw rows away; nothing was changed
--         {'DAMAGED', what}           rows are missing, or the layout is none that Tocsin writes; nothing was changed
--
-- Atomic, as a script: epoch and checkpoint belong together. The epoch is max(old + 1, TIME in µs), so that an epoch
-- whose fence was lost in a failover is not given out again (H9); the nonce tells two apart where clocks differ.
-- Idempotent: sent again with the same nonce it changes nothing and answers the same.

local policy = string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:(%S+)')
if policy and policy ~= 'noeviction' then return {'EVICTS', policy} end

local stored = redis.call('HMGET', KEYS[1], 'layout', 'rows', 'epoch', 'nonce')
local written = tonumber(stored[1] or ARGV[2])
if written and written > tonumber(ARGV[2]) then return {'NEWER', stored[1]} end
if ARGV[3] ~= '1' then
  if not written then return {'DAMAGED', KEYS[1] .. ' says layout ' .. stored[1]} end
  local counted, found = stored[2] or '0', redis.call('HLEN', KEYS[2])
  if tonumber(counted) ~= found then
    return {'DAMAGED', KEYS[2] .. ' has ' .. found .. ' rows, ' .. KEYS[1] .. ' counts ' .. counted}
  end
end

if stored[4] ~= ARGV[1] then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  -- %.0f: Lua prints large numbers as 1.7e+15 otherwise.
  local epoch = string.format('%.0f', math.max(tonumber(stored[3] or 0) + 1, now))
  redis.call('HSET', KEYS[1], 'layout', written or ARGV[2], 'epoch', epoch, 'nonce', ARGV[1])
end

local fields = {'epoch', 'seq', 'commitId', 'offset', 'from', 'mutedUntil', 'clean', 'snapshot'}
local answer = {'OK'}
for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do answer[i + 1] = value or '' end
return answer
