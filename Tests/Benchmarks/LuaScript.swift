/// A script for wrk: makes the requests, and prints what was measured as a line of JSON.
struct LuaScript {
    let name: String
    let path: String
    let text: String

    /// The route that does nothing: wrk sends the same request all the time.
    static let empty = LuaScript(name: "healthz", path: "/healthz", text: done)

    private init(name: String, path: String, text: String) {
        self.name = name
        self.path = path
        self.text = text
    }

    init(_ measured: Case, _ tenants: [BenchTenant], port: Int) {
        let table = tenants.slots.map { slot in
            let tenant = slot.tenant
            let head = #"Host: 127.0.0.1:\#(port)\r\nAuthorization: Bearer \#(tenant.token)\r\n"#
            let hidden = measured == .reply ? tenant.hidden.map(String.init).joined(separator: " ") : ""
            return
                #"    {last = \#(slot.last), tickets = \#(tenant.tickets), users = \#(tenant.users), head = "\#(head)", hidden = "\#(hidden)"},"#
        }
        let choice = Self.choice(total: tenants.slots.last?.last ?? 1)
        self.init(
            name: measured.rawValue, path: "/",
            text: (["local tenants = {"] + table + ["}", choice, Self.request(measured), Self.done]).joined(separator: "\n"))
    }

    /// Asks one helpdesk for one of these, each as often as the others.
    init(name: String, asking paths: [String], token: String, port: Int) {
        let head = #"Host: 127.0.0.1:\#(port)\r\nAuthorization: Bearer \#(token)\r\n\r\n"#
        let requests = paths.map { #"    "GET \#($0) HTTP/1.1\r\n\#(head)","# }
        let body = "math.randomseed(os.time())\n\nfunction request() return requests[math.random(#requests)] end\n"
        self.init(
            name: name, path: "/", text: (["local requests = {"] + requests + ["}", body, Self.done]).joined(separator: "\n"))
    }

    private static func choice(total: Int) -> String {
        """
        for _, tenant in ipairs(tenants) do
            local hidden = {}
            for id in tenant.hidden:gmatch("%d+") do hidden[tonumber(id)] = true end
            tenant.hidden = hidden
        end
        math.randomseed(os.time())

        -- Each as often as it has tickets.
        local function choose()
            local slot, low, high = math.random(\(total)), 1, #tenants
            while low < high do
                local middle = math.floor((low + high) / 2)
                if tenants[middle].last < slot then low = middle + 1 else high = middle end
            end
            return tenants[low]
        end

        local function post(path, tenant, body)
            return "POST " .. path .. " HTTP/1.1\\r\\n" .. tenant.head
                .. "Content-Type: application/json\\r\\nContent-Length: " .. #body .. "\\r\\n\\r\\n" .. body
        end

        """
    }

    private static func request(_ measured: Case) -> String {
        let body: String =
            switch measured {
            case .read: #"return "GET /v1/tickets/" .. math.random(tenant.tickets) .. " HTTP/1.1\r\n" .. tenant.head .. "\r\n""#
            case .conversation:
                #"return "GET /v1/tickets/" .. math.random(tenant.tickets) .. "?include=messages,history HTTP/1.1\r\n" .. tenant.head .. "\r\n""#
            case .list: #"return "GET /v1/tickets?limit=50 HTTP/1.1\r\n" .. tenant.head .. "\r\n""#
            case .create:
                #"""
                local user = math.random(tenant.users)
                    return post("/v1/tickets", tenant, '{"subject":"\#(Sample.subject)","text":"\#(Sample.body)","user_id":' .. user .. ',"fields":\#(Sample.fields)}')
                """#
            case .reply:
                #"""
                local id
                    repeat id = math.random(tenant.tickets) until not tenant.hidden[id]
                    return post("/v1/tickets/" .. id .. "/replies", tenant, '{"text":"\#(Sample.body)"}')
                """#
            }
        return """
            function request()
                local tenant = choose()
                \(body)
            end

            """
    }

    /// Times in microseconds. `status` counts answers from 400 on.
    private static let done = """
        function done(summary, latency)
            local errors = summary.errors
            print(string.format(
                '{"requests":%d,"duration":%d,"p50":%d,"p95":%d,"p99":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}',
                summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
                errors.connect, errors.read, errors.write, errors.timeout, errors.status))
        end
        """
}
