/// A script for pgbench: one run of it is one request's SQL, a pipeline for each round trip.
///
/// All tenants share one script, in which `\if` picks the tenant's `set local`. A script for each tenant (`-f 7.sql@weight`) would have
/// each connection prepare and plan each statement once a tenant, as the service never does: tried with PostgreSQL 15.20, 16 clients and
/// 50 tenants, that cost a quarter of the first four seconds, and after them both ways were equally fast.
struct PgbenchScript {
    let name: String
    /// Of variables that stay as they are.
    let values: [(name: String, value: String)]
    let text: String

    /// - Parameter findable: false: without the search documents, as nothing but a measurement leaves them out.
    init(_ measured: Case, _ tenants: [BenchTenant], findable: Bool = true) {
        name = measured.rawValue
        values = [("subject", Sample.subject), ("body", Sample.body), ("fields", Sample.fields), ("changes", measured.changes)]
        var lines = ["\\set slot random(1, \(tenants.slots.last?.last ?? 1))"]
        lines += Self.choice(among: tenants) { tenant in
            [
                "\\set tenant \(tenant.id)", "\\set token \(tenant.tokenID)", "\\set agent \(tenant.agent)",
                "\\set tickets \(tenant.tickets)",
                "\\set users \(tenant.users)",
            ]
        }
        lines += Self.variables(of: measured)
        let entering = Self.choice(among: tenants) { ["set local app.tenant_id = '\($0.id)';"] }
        text = Self.text(lines, measured.exchanges(findable: findable), entering: entering)
    }

    /// Of one helpdesk.
    /// - Parameter lines: what is chosen anew each time.
    init(name: String, values: [(name: String, value: String)], _ lines: [String], _ exchanges: [[Step]], of tenant: BenchTenant) {
        self.name = name
        self.values = values + [("tenant", "\(tenant.id)"), ("token", "\(tenant.tokenID)"), ("agent", "\(tenant.agent)")]
        text = Self.text(lines, exchanges, entering: ["set local app.tenant_id = '\(tenant.id)';"])
    }

    private static func text(_ lines: [String], _ exchanges: [[Step]], entering: [String]) -> String {
        let pipelines = exchanges.flatMap { exchange in
            ["\\startpipeline"]
                + exchange.flatMap { step in
                    switch step {
                    case .sql(let text): [text + ";"]
                    case .enterTenant: entering
                    }
                } + ["\\endpipeline"]
        }
        return (lines + pipelines).joined(separator: "\n") + "\n"
    }

    /// The lines for the tenant that the slot belongs to. The largest come first, so few comparisons do.
    private static func choice(among tenants: [BenchTenant], _ lines: (BenchTenant) -> [String]) -> [String] {
        let branches = tenants.slots.enumerated().flatMap { index, slot in
            ["\(index == 0 ? "\\if" : "\\elif") :slot <= \(slot.last)"] + lines(slot.tenant)
        }
        return branches + ["\\endif"]
    }

    private static func variables(of measured: Case) -> [String] {
        let id = "\\set id random(1, :tickets)"
        // Numbers must be new, and grow as a counter's do: `\gset`, which could read the counter, is not allowed in a pipeline.
        let number = ["\\set count :count + 1", "\\set number :base + :count * :clients + :client_id"]
        return switch measured {
        case .read, .conversation: [id]
        case .list: ["\\set limit 51"]
        case .create:
            // As long as a real reference, as scattered, and never the same twice.
            number + ["\\set user random(1, :users)", "\\set ref 10000000000000 + permute(:number, 90000000000000, 1)"]
        case .reply: number + [id]
        }
    }
}
