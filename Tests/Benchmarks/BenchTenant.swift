import JSON

/// One of the helpdesks that `deskyard bench-data` made. Where several are asked, each is chosen as often as its size among all says, by
/// pgbench and by wrk alike.
struct BenchTenant {
    /// Choosing among more would begin to cost the tools something, and the smallest ones add little.
    static let most = 128

    struct Contents {
        var users: Int
        var hidden: [Int64]
    }

    let id: Int64
    let token: String
    let tokenID: Int64
    let agent: Int64
    /// Numbered from 1, as are the users.
    let tickets: Int
    let users: Int
    /// Tickets that an agent cannot reply to.
    let hidden: [Int64]

    init?(_ json: JSONValue, contents: [Int64: Contents]) {
        guard let id = json["tenant_id"]?.integer, let token = json["token"]?.string, let tokenID = json["token_id"]?.integer,
            let agent = json["agent_id"]?.integer, let tickets = json["tickets"]?.integer, let contents = contents[id]
        else { return nil }
        self.id = id
        self.token = token
        self.tokenID = tokenID
        self.agent = agent
        self.tickets = Int(tickets)
        users = contents.users
        hidden = contents.hidden
    }
}

extension [BenchTenant] {
    /// Each tenant with the last of its slots, of which it has as many as tickets: a random slot chooses a tenant by its weight.
    var slots: [(tenant: BenchTenant, last: Int)] {
        var last = 0
        return map { tenant in
            last += tenant.tickets
            return (tenant, last)
        }
    }
}
