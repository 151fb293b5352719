import Domain
import Services

/// `/v1/daily-totals`: numbers of the past that a purge does not change.
struct DailyTotalRoutes {
    let helpdesk: Helpdesk

    private static let mostDays = 366

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let day = Schema.string(description: "YYYY-MM-DD, UTC.", maximumLength: 10)
        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/daily-totals",
                summary:
                    "What happened on each day to tickets that are in this status, or were when they were purged. A purge changes none "
                    + "of it. Days on which nothing happened are left out.",
                needs: .tenantToken, scope: .readSettings, callers: .admins,
                parameters: [
                    Endpoint.Parameter(
                        name: "status", place: .query, schema: PurgeBodies.status, description: "Which tickets.", required: true,
                        example: "spam"),
                    Endpoint.Parameter(
                        name: "from", place: .query, schema: day, description: "The first day.", required: true, example: "2026-03-01"),
                    Endpoint.Parameter(
                        name: "to", place: .query, schema: day,
                        description: "The last day; it is counted, too. At most \(Self.mostDays) days in all.", required: true,
                        example: "2026-03-31"),
                ], success: [.whole(of: PurgeBodies.total)])
        ) { context in
            var query = Query(context.request.request)
            let status = query.required("status", "one of \(PurgeBodies.statuses.joined(separator: ", "))") { HiddenStatus(rawValue: $0) }
            let first = query.day("from")
            let last = query.day("to")
            if let first, let last {
                if last < first { query.fault("to", "must not be before from") }
                if last >= first.advanced(byDays: Self.mostDays) { query.fault("to", "at most \(Self.mostDays) days in all") }
            }
            try query.finish()
            guard let status, let first, let last else { throw Refusal.notFound }
            let totals = try await helpdesk.dailyTotals(status, from: first, to: last.advanced(byDays: 1), context.access)
            return .whole(totals) { writer, total in
                writer.object { writer in
                    writer.key("day")
                    writer.string(total.day)
                    writer.key("measure")
                    writer.string(total.measure.rawValue)
                    writer.key("count")
                    writer.number(total.count)
                    writer.key("milliseconds")
                    writer.number(total.milliseconds)
                }
            }
        }
    }
}

extension Query {
    /// The start of a day (UTC).
    fileprivate mutating func day(_ name: String) -> Timestamp? {
        required(name, "a day such as 2026-03-02") { text in text.utf8.count == 10 ? Timestamp(text + "T00:00:00Z") : nil }
    }
}
