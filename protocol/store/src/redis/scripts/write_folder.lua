-- Writes what a step changed, if the folder is still the one that was read; else nothing.
-- Everything that can be refused is asked for before the first write, wrong types included, and
-- the writes that a full server may refuse come first: Redis undoes nothing.
--
-- KEYS: mark, heads, state, intents, failures, failed, ledger, bodies (only with a guard)
-- ARGV: mark, guard's key ('' for none) and version, folder, revision ('' for none), new head,
--       committed ledger length, new ledger bytes, 'keep' | 'clear' | 'set', sync state,
--       then four lists, each its length first: batches gone, (batch, items) new,
--       failures gone, (item, failure) new
local mark, heads, state, intents, failures, failed, ledger, bodies = unpack(KEYS)

if redis.call('GET', mark) ~= ARGV[1] then
  return 'replaced'
end
if ARGV[2] ~= '' then
  local record = redis.call('HGET', bodies, ARGV[2])
  if not record or string.sub(record, 1, 8) ~= ARGV[3] then
    return 'fenced'
  end
end
local head = redis.call('HGET', heads, ARGV[4])
if string.sub(head or '', 1, 16) ~= ARGV[5] then
  return 'changed'
end
if redis.call('STRLEN', ledger) < tonumber(ARGV[7]) then
  return 'damaged'
end
redis.call('STRLEN', state)
redis.call('HLEN', intents)
redis.call('HLEN', failures)
redis.call('ZCARD', failed)

if ARGV[8] ~= '' then
  redis.call('SETRANGE', ledger, ARGV[7], ARGV[8])
end
redis.call('HSET', heads, ARGV[4], ARGV[6])
if ARGV[9] == 'set' then
  redis.call('SET', state, ARGV[10])
elseif ARGV[9] == 'clear' then
  redis.call('DEL', state)
end

local at = 11
local function each(width, write)
  local count = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, count do
    write(ARGV[at], ARGV[at + 1])
    at = at + width
  end
end
each(1, function(batch)
  redis.call('HDEL', intents, batch)
end)
each(2, function(batch, items)
  redis.call('HSET', intents, batch, items)
end)
each(1, function(item)
  redis.call('HDEL', failures, item)
  redis.call('ZREM', failed, item)
end)
each(2, function(item, failure)
  redis.call('HSET', failures, item, failure)
  redis.call('ZADD', failed, 0, item)
end)
return 'written'
