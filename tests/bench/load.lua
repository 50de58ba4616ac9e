-- What wrk asks for, and its figures in one line at the end.
--
--   wrk … -s load.lua URL -- [DEPTH [FIRST STEP COUNT]]
--
-- Sends DEPTH requests at once; if told, each for another one of COUNT entries below the URL, at random.
init = function(args)
  local depth, first, step, count = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  if not depth then return end -- wrk repeats the one request by itself, without asking us
  local one = wrk.format()
  local target, rest = one:match('^(%S+ %S+)(.*)$')
  local many = one:rep(depth)
  local batch = {}
  request = function()
    if not first then return many end
    for i = 1, depth do batch[i] = target .. '/' .. first + step * math.random(0, count - 1) .. rest end
    return table.concat(batch)
  end
end

done = function(summary, latency)
  local errors = summary.errors
  print(string.format('figures: %d %d %d %d %d %d', summary.requests, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
