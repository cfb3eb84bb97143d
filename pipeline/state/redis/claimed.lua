-- claimed: what `claim` has noted.
--
-- KEYS[1] installation hash
--
-- Returns {'OK', cluster id, raw partitions, reduced partitions, ids of the topics}; all are '' when nothing was noted
--
-- Atomic, as a script. Idempotent: it only reads.

local answer = {'OK'}
local stored = redis.call('HMGET', KEYS[1], 'clusterId', 'rawPartitions', 'reducedPartitions', 'topicIds')
for i, value in ipairs(stored) do answer[i + 1] = value or '' end
return answer
