-- Load for bench/answer.py: each request is a new answer of one of the learners. WAYMARK_LOAD names a file with lines
--   learner TOKEN COURSE     and     item COURSE ITEM_ID choice|typed RESPONSE(JSON)
local learners, items = {}, {}
for line in io.lines(os.getenv("WAYMARK_LOAD")) do
  local token, course = line:match("^learner (%S+) (%S+)$")
  if token then
    learners[#learners + 1] = { token = token, course = course }
  else
    local course_of, id, kind, response = line:match("^item (%S+) (%S+) (%S+) (.*)$")
    items[course_of] = items[course_of] or { choice = {}, typed = {} }
    local list = items[course_of][kind]
    list[#list + 1] = { id = id, response = response }
  end
end
local n, run = 0, os.time() % 100000
local counter = 0
math.randomseed(run)

function setup(thread)
  counter = counter + 1
  thread:set("thread_number", counter)
end

function request()
  n = n + 1
  local l = learners[math.random(#learners)]
  local mine = items[l.course]
  local list = math.random() < 0.3 and mine.typed or mine.choice
  local it = list[math.random(#list)]
  local body = string.format('{"client_id":"bench-%05d-%d-%010d","item_id":"%s","variant":%d,"response":%s,"took_ms":21000,"hints":0}',
    run, thread_number or 0, n, it.id, math.random(1, 99999), it.response)
  return wrk.format("POST", "/api/v1/me/answers", { ["Authorization"] = "Bearer " .. l.token, ["Content-Type"] = "application/json" }, body)
end

local bad, shown = 0, 0
function response(status, _, body)
  if status ~= 200 then
    bad = bad + 1
    if shown < 3 then
      shown = shown + 1
      io.stderr:write(status, " ", body:sub(1, 300), "\n")
    end
  end
end

function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read + summary.errors.write))
end
