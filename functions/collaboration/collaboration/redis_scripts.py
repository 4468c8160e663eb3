"""What Redis does in one step, each on one key (EVAL); what the arguments are, callers in ``redis_pages`` show."""

APPEND = """
if redis.call('LPOS', KEYS[1], ARGV[1]) then return 0 end
return redis.call('LPUSH', KEYS[1], ARGV[1])
"""
REPLACE = """
local before = redis.call('GET', KEYS[1])
if before and redis.sha1hex(before) ~= ARGV[1] or not before and ARGV[1] ~= '' then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""
END_LATER = """
local state = redis.call('GET', KEYS[1])
if state and redis.sha1hex(state) == ARGV[1] then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1
"""
REMOVE = """
for _, operation in ipairs(ARGV) do redis.call('LREM', KEYS[1], -1, operation) end
return redis.call('LLEN', KEYS[1])
"""
LEAVE = """
redis.call('HDEL', KEYS[1], ARGV[1])
for _, session in ipairs(redis.call('HVALS', KEYS[1])) do
  local space = string.find(session, ' ', 1, true)
  if string.sub(session, space + 1) == ARGV[2] and tonumber(string.sub(session, 1, space)) > tonumber(ARGV[3]) then
    return 0
  end
end
return 1
"""
FORGET = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
"""
COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""
