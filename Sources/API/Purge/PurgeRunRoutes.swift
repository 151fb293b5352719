import Domain
import JSON
import Services

/// `/v1/purge-runs`: what was purged, when and by whom, and purging by hand.
struct PurgeRunRoutes {
    let helpdesk: Helpdesk

    private static let path = "/v1/purge-runs"

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["PurgeRun"] = PurgeBodies.run
        let one = Schema.reference("PurgeRun")
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path,
                summary:
                    "Purges now: what has been hidden for longer than the schedule keeps it (due, unless said otherwise), or all that is "
                    + "in this status. Never what is under legal hold. 409 while a purge of these tickets is going on.",
                needs: .tenantToken, scope: .deleteTickets, callers: .admins, body: PurgeBodies.start,
                example: ["status": "spam", "scope": "due"],
                success: [Endpoint.Success(status: 202, description: "The run, which goes on behind the requests", schema: one)],
                problems: [409])
        ) { context in
            let (status, scope) = try Self.start(context.request.json())
            let answer: @Sendable (PurgeRunRecord) -> Answer = { .purgeRun($0, status: 202) }
            return answer(try await helpdesk.startPurge(status, scope, context.access, once: context.request.once(answer)))
        }
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path, summary: "The purges, newest first, each with its receipt once it has ended.",
                needs: .tenantToken, scope: .readSettings, parameters: [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: one))])
        ) { context in
            var query = Query(context.request.request)
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            try query.finish()
            let page = try await helpdesk.listPurgeRuns(before: cursor.map { ID($0) }, limit: limit, context.access)
            var writer = JSONWriter(capacity: 640 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $0.purgeRun($1) }
            return Answer(body: writer.bytes)
        }
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path + "/{id}", summary: "One purge; while it goes on its figures grow.", needs: .tenantToken,
                scope: .readSettings, success: [Endpoint.Success(status: 200, description: "The run", schema: one)])
        ) { context in
            .purgeRun(try await helpdesk.readPurgeRun(context.request.id(), context.access))
        }
    }

    private static func start(_ json: JSONValue) throws -> (HiddenStatus, PurgeRun.Scope) {
        var fields = try Fields(json)
        let rule = "one of \(PurgeBodies.statuses.joined(separator: ", "))"
        let status = fields.parse("status", required: true, rule) { HiddenStatus(rawValue: $0) }
        let scopes = PurgeRun.Scope.choices
        let scope = fields.parse("scope", "one of \(scopes.map(\.rawValue).joined(separator: ", "))") { word in
            scopes.first { $0.rawValue == word }
        }
        try fields.finish()
        guard let status else { throw Refusal.invalid(fields.faults) }
        return (status, scope ?? .due)
    }
}
