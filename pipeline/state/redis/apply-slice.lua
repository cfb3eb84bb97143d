-- Stands before every script that writes rows.
--
-- A slice is MessagePack: {{field, value, field, value, …}, {deleted field, …}}, with a field once at most, so that
-- the order within a slice does not matter. It is at most a few thousand rows: what one script may block the server
-- for. meta.rows counts the rows and always equals HLEN rows; a loader tells by it that rows were taken away.
--
-- Call `read_slice` before the first write: it can fail on bad input, and what a script wrote before an error stays.

-- Lua's unpack fails near 8,000 values.
local values_per_call = 4000

local function read_slice(packed)
  return cmsgpack.unpack(packed)
end

local function in_parts(command, key, values)
  local changed = 0
  for first = 1, #values, values_per_call do
    local last = math.min(first + values_per_call - 1, #values)
    changed = changed + redis.call(command, key, unpack(values, first, last))
  end
  return changed
end

local function apply_slice(slice, meta, rows)
  local added = in_parts('HSET', rows, slice[1])
  local removed = in_parts('HDEL', rows, slice[2])
  redis.call('HINCRBY', meta, 'rows', added - removed)
end
