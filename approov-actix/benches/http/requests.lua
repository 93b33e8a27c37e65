-- Sends each line of a file as the token of a request, again and again. The requests are written before the clock starts.

local requests = {}
local count = 0

function init(arguments)
  for token in io.lines(arguments[1]) do
    count = count + 1
    requests[count] = wrk.format("GET", nil, { ["Approov-Token"] = token })
  end
end

local next = 0

function request()
  next = next % count + 1
  return requests[next]
end

function done(summary)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("RESULT %d %d %d", summary.requests, summary.duration, bad))
end
