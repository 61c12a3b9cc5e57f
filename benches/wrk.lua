-- The requests of one operation: wrk … -s benches/wrk.lua URL -- OPERATION SEED FIRST LAST ATTRIBUTES
--
-- Ids are picked at random between FIRST and LAST, in a sequence that SEED decides. Requests are put together here and
-- not by wrk.format, which takes longer than everything else that wrk does for a request.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local makers = {
  get = function(head, first, last)
    local path = "GET /v1/items/01900000-0000-7000-8000-"
    local rest = " HTTP/1.1\r\n" .. head .. "\r\n"
    return function()
      return path .. string.format("%012d", math.random(first, last)) .. rest
    end
  end,

  list = function(head)
    local request = "GET /v1/items?limit=50 HTTP/1.1\r\n" .. head .. "\r\n"
    return function()
      return request
    end
  end,

  create = function(head, first, last, attributes)
    local before, after = attributes:match("^(.*)100000000000(.*)$")
    local start = '{"name": "Desk lamp '
    local middle = '", "status": "active", "attributes": ' .. before
    local length = #start + 12 + #middle + 12 + #after + 1
    start = "POST /v1/items HTTP/1.1\r\n" .. head .. "Content-Type: application/json\r\n"
      .. "Content-Length: " .. length .. "\r\n\r\n" .. start
    return function()
      local number = string.format("%012d", math.random(first, last))
      return start .. number .. middle .. number .. after .. "}"
    end
  end,
}

function init(args)
  local operation, seed, first, last, attributes = args[1], args[2], args[3], args[4], args[5]
  math.randomseed(tonumber(seed) * 1000 + number)
  local head = "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\nAccept: application/json\r\n"
  request = makers[operation](head, tonumber(first), tonumber(last), attributes)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p99": %.3f, "bad": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
