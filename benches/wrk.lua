-- The requests of one operation: wrk … -s benches/wrk.lua URL -- OPERATION SEED FIRST LAST ATTRIBUTES SIZE
--
-- Ids are random between FIRST and LAST, in a sequence given by SEED. Requests are built here and not by wrk.format,
-- which takes longer than everything else that wrk does for a request.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

-- The JSON of a new item is `opening`, a number of twelve digits, `middle`, the number again, and `ending`.
local function new_item(attributes)
  local before, after = attributes:match("^(.*)100000000000(.*)$")
  local opening = '{"name": "Desk lamp '
  local middle = '", "status": "active", "attributes": ' .. before
  local ending = after .. "}"
  return opening, middle, ending, #opening + 12 + #middle + 12 + #ending
end

local function post(path, head, length)
  return "POST " .. path .. " HTTP/1.1\r\n" .. head .. "Content-Type: application/json\r\n"
    .. "Content-Length: " .. length .. "\r\n"
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
    local opening, middle, ending, length = new_item(attributes)
    local start = post("/v1/items", head, length) .. "\r\n" .. opening
    return function()
      local number = string.format("%012d", math.random(first, last))
      return start .. number .. middle .. number .. ending
    end
  end,

  -- In a collection with a schema and two indexed attributes.
  create_indexed = function(head, first, last, attributes)
    local opening, middle, ending, length = new_item(attributes)
    opening = '{"collection": "bench.indexed", ' .. opening:sub(2)
    local start = post("/v1/items", head, length + 31) .. "\r\n" .. opening
    return function()
      local number = string.format("%012d", math.random(first, last))
      return start .. number .. middle .. number .. ending
    end
  end,

  -- Keys are unique: a key is the seed, which differs between the loads of a measurement, the thread and a counter.
  create_keyed = function(head, first, last, attributes, size, seed)
    local opening, middle, ending, length = new_item(attributes)
    local start = post("/v1/items", head, length) .. string.format("Idempotency-Key: bench-%06d-%04d-", seed, number)
    local counter = 0
    opening = "\r\n\r\n" .. opening
    return function()
      counter = counter + 1
      local number = string.format("%012d", math.random(first, last))
      return start .. string.format("%012d", counter) .. opening .. number .. middle .. number .. ending
    end
  end,

  -- Building a megabyte for every request would take longer than the service does, so a thread sends a few bodies in
  -- turn. Two threads have as many as pgbench, one for each of its clients.
  batch = function(head, first, last, attributes, size)
    local opening, middle, ending = new_item(attributes)
    local requests, turn = {}, 0
    for i = 1, 4 do
      local operations = {}
      for j = 1, size do
        local number = string.format("%012d", math.random(first, last))
        operations[j] = '{"op": "create", "item": ' .. opening .. number .. middle .. number .. ending .. "}"
      end
      local body = '{"operations": [' .. table.concat(operations, ", ") .. "]}"
      requests[i] = post("/v1/items/batch", head, #body) .. "\r\n" .. body
    end
    return function()
      turn = turn % #requests + 1
      return requests[turn]
    end
  end,
}

function init(args)
  local operation, seed, first, last = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  local attributes, size = args[5], tonumber(args[6])
  math.randomseed(seed * 1000 + number)
  local head = "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\nAccept: application/json\r\n"
  local credential = wrk.headers["Authorization"]
  if credential then
    head = head .. "Authorization: " .. credential .. "\r\n"
  end
  request = makers[operation](head, first, last, attributes, size, seed)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p99": %.3f, "bad": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
