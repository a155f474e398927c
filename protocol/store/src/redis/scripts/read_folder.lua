-- Reads a folder, and the server's time, in one moment. A script and not a transaction: a server
-- whose memory is full queues no commands, not even those that read.
-- Answers the mark, the guard's record, the time, the head, and what else was asked for.
--
-- KEYS: mark, heads, state, intents, failures, bodies (only with a guard)
-- ARGV: guard's key ('' for none), folder, then 'head' | 'whole' | 'intent' and its batch
--       | 'failed' and items
local mark, heads, state, intents, failures, bodies = unpack(KEYS)

local answer = {redis.call('GET', mark), false, redis.call('TIME'), redis.call('HGET', heads, ARGV[2])}
if ARGV[1] ~= '' then
  answer[2] = redis.call('HGET', bodies, ARGV[1])
end
if ARGV[3] == 'whole' then
  answer[5] = redis.call('GET', state)
  answer[6] = redis.call('HGETALL', intents)
elseif ARGV[3] == 'intent' then
  answer[5] = redis.call('HGET', intents, ARGV[4])
elseif ARGV[3] == 'failed' then
  local found = {}
  for at = 4, #ARGV do
    local failure = redis.call('HGET', failures, ARGV[at])
    if failure then
      found[#found + 1] = failure
    end
  end
  answer[5] = found
end
return answer
