-- Takes one request from a device's limit. Returns 0, or how many milliseconds to wait. Redis runs it as one step, so two servers never both take the last one.
-- KEYS[1]: the device. ARGV[1]: milliseconds between two requests. ARGV[2]: how many may come at once.
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- When the limit is whole again.
local whole = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now) + interval
local wait = whole - now - burst * interval
if wait > 0 then
  return wait
end
redis.call('SET', KEYS[1], whole, 'PX', whole - now)
return 0
