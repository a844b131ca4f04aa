-- SPDX-License-Identifier: GPL-3.0-or-later
-- Copyright (c) 2026, the lorawan.thingpark contributors

-- For wrk: every request makes another device. Arguments: the path with its token, the cookies, a body whose %06X is the number.
local number = 0

function init(args)
    wrk.method = "POST"
    wrk.path = args[1]
    wrk.headers["Cookie"] = args[2]
    wrk.headers["Accept"] = "application/json"
    wrk.headers["Content-Type"] = "application/json"
    template = args[3]
end

function request()
    number = number + 1
    return wrk.format(nil, nil, nil, string.format(template, number))
end
