/// A script for pgbench: one run of it is one request's SQL, a pipeline for each round trip.
///
/// All tenants share one script, in which `\if` picks the tenant's `set local`. A script for each tenant (`-f 7.sql@weight`) would have
/// each connection prepare and plan each statement once a tenant, as the service never does: tried with PostgreSQL 15.20, 16 clients and
/// 50 tenants, that cost a quarter of the first four seconds, and after them both ways were equally fast.
struct PgbenchScript {
    let measured: Case
    let text: String

    init(_ measured: Case, _ tenants: [BenchTenant]) {
        self.measured = measured
        var lines = ["\\set slot random(1, \(tenants.slots.last?.last ?? 1))"]
        lines += Self.choice(among: tenants) { tenant in
            [
                "\\set tenant \(tenant.id)", "\\set token \(tenant.tokenID)", "\\set agent \(tenant.agent)",
                "\\set tickets \(tenant.tickets)",
                "\\set users \(tenant.users)",
            ]
        }
        lines += Self.variables(of: measured)
        for exchange in measured.exchanges {
            lines.append("\\startpipeline")
            for step in exchange {
                switch step {
                case .sql(let text): lines.append(text + ";")
                case .enterTenant: lines += Self.choice(among: tenants) { ["set local app.tenant_id = '\($0.id)';"] }
                }
            }
            lines.append("\\endpipeline")
        }
        text = lines.joined(separator: "\n") + "\n"
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
