-- Reads members of a sorted set in their order, and what a hash has for each.
--
-- KEYS: mark, sorted set, hash
-- ARGV: mark, from, to (as ZRANGE BYLEX takes them), how many at most
local mark, index, values = unpack(KEYS)

if redis.call('GET', mark) ~= ARGV[1] then
  return false
end
local page = {}
for _, member in ipairs(redis.call('ZRANGE', index, ARGV[2], ARGV[3], 'BYLEX', 'LIMIT', 0, ARGV[4])) do
  page[#page + 1] = member
  page[#page + 1] = redis.call('HGET', values, member)
end
return page
