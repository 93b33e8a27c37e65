-- Takes one request from a device's limit. Returns 0, or how many milliseconds to wait. Redis runs it as one step, so two servers never both take the last one.
-- KEYS[1]: the device. ARGV[1]: how many requests it has in a minute, and at once.
local interval = 60000 / tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- When the limit is whole again.
local whole = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now) + interval
local wait = whole - now - 60000
-- Less than a millisecond is what fractions add up to.
if wait >= 1 then
  return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.3f', whole), 'PX', math.ceil(whole - now))
return 0
