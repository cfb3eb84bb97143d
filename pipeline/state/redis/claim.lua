-- claim: notes of which log this installation holds the state, or compares with what was noted before.
--
-- KEYS[1] installation hash, the only key of its hash tag
-- ARGV[1] cluster id    ARGV[2] raw partitions    ARGV[3] reduced partitions
-- ARGV[4] newest layout that the caller can read  ARGV[5] 1 to note it whatever was noted, else 0
-- ARGV[6] ids of the topics, in the caller's notation
--
-- Returns {'OK'}                             noted, or as it was
--         {'OTHER_LOG', cluster id}          the state is that of another cluster's log; nothing was changed
--         {'OTHER_PARTITIONS', raw, reduced} shards were cut in another way; nothing was changed
--         {'NEWER', layout}                  written by a newer version; nothing was changed
--         {'DAMAGED', what}                  what was noted cannot be read; nothing was changed
--         {'EVICTS', policy}                 this server may throw rows away; nothing was changed
--
-- Atomic, as a script: of two workers that start on two clusters at once, one is refused. Idempotent: a claim sent again
-- finds itself. More raw partitions are noted: they are new shards, and no old one has other records than before.

local policy = string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:(%S+)')
if policy and policy ~= 'noeviction' then return {'EVICTS', policy} end

local stored = redis.call('HMGET', KEYS[1], 'layout', 'clusterId', 'rawPartitions', 'reducedPartitions')
local written = tonumber(stored[1] or ARGV[4])
if written and written > tonumber(ARGV[4]) then return {'NEWER', stored[1]} end
if not written and ARGV[5] ~= '1' then return {'DAMAGED', KEYS[1] .. ' says layout ' .. stored[1]} end
if stored[2] and ARGV[5] ~= '1' then
  if stored[2] ~= ARGV[1] then return {'OTHER_LOG', stored[2]} end
  if tonumber(stored[3]) > tonumber(ARGV[2]) or stored[4] ~= ARGV[3] then
    return {'OTHER_PARTITIONS', stored[3], stored[4]}
  end
end

redis.call('HSET', KEYS[1], 'layout', ARGV[4], 'clusterId', ARGV[1],
  'rawPartitions', ARGV[2], 'reducedPartitions', ARGV[3], 'topicIds', ARGV[6])
return {'OK'}
