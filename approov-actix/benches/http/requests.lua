-- Sends each line of a file as the token of a request, again and again; an empty line as a request without one. The requests are written before
-- the clock starts.

local requests = {}
local count = 0

function init(arguments)
  for token in io.lines(arguments[1]) do
    count = count + 1
    local headers = {}
    if token ~= "" then headers["Approov-Token"] = token end
    requests[count] = wrk.format("GET", nil, headers)
  end
end

local next = 0

function request()
  next = next % count + 1
  return requests[next]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local p50, p99 = latency:percentile(50), latency:percentile(99)
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration, broken, errors.status, p50, p99))
end
