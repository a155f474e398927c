-- Writes or removes a record, if it has the expected version; else nothing.
-- Answers what was done and the version found ('' for none).
--
-- KEYS: mark, bodies, index
-- ARGV: mark, guard's key ('' for none) and version, record's key, expected version ('' for none),
--       new version and body ('' to remove)
local mark, bodies, index = unpack(KEYS)

if redis.call('GET', mark) ~= ARGV[1] then
  return {'replaced', ''}
end
if ARGV[2] ~= '' then
  local record = redis.call('HGET', bodies, ARGV[2])
  if not record or string.sub(record, 1, 8) ~= ARGV[3] then
    return {'fenced', ''}
  end
end
local version = string.sub(redis.call('HGET', bodies, ARGV[4]) or '', 1, 8)
if version ~= ARGV[5] then
  return {'changed', version}
end
redis.call('ZCARD', index)

if ARGV[6] ~= '' then
  redis.call('HSET', bodies, ARGV[4], ARGV[6])
  redis.call('ZADD', index, 0, ARGV[4])
elseif version ~= '' then
  redis.call('HDEL', bodies, ARGV[4])
  redis.call('ZREM', index, ARGV[4])
end
return {'written', version}
