/// A request, as pgbench and as wrk do it.
struct MeasuredRequest {
    let name: String
    let title: String
    let sql: PgbenchScript
    let service: LuaScript
}

extension MeasuredRequest {
    init(_ measured: Case, _ tenants: [BenchTenant], port: Int) {
        self.init(
            name: measured.rawValue, title: measured.title, sql: PgbenchScript(measured, tenants),
            service: LuaScript(measured, tenants, port: port))
    }
}
