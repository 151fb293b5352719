import Domain
import JSON
import Services

/// `/operator/v1/schedules`: what is done in each helpdesk at a local time of day.
struct ScheduleRoutes {
    let installation: Installation

    private static let schema = Schema.object([
        Schema.property("tenant", .string(maximumLength: 63)),
        Schema.property("kind", .oneOf(ScheduleKind.allCases.map(\.rawValue))),
        Schema.property("at", .string(description: "HH:MM on the clock of `time_zone`.", maximumLength: 5)),
        Schema.property("time_zone", .string(description: "IANA name.")),
        Schema.property("next_run_at", .nullable(.time)),
        Schema.property("last_run_at", .nullable(.time)),
        Schema.property("due_from", .nullable(.time)),
    ])

    func add(to routes: inout Routes) {
        let installation = installation
        routes.schemas["Schedule"] = Self.schema
        routes.systemOperator(
            Endpoint(
                method: .get, path: "/operator/v1/schedules",
                summary: "Lists what is done when, by helpdesk and kind: next_run_at is null while it is switched off, due_from says since "
                    + "when something is overdue that the last run left.",
                needs: .operatorToken, parameters: [.tenantSlug, .limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Schedule")))])
        ) { context in
            var query = Query(context.request.request)
            let tenant = query.tenantSlug()
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { ScheduleCursor($0) }
            try query.finish()
            let found = try await installation.listSchedules(of: tenant, after: cursor.map { ($0.tenant, $0.kind) }, limit: limit)
            let last = found.hasMore ? found.items.last.map { ScheduleCursor(tenant: $0.slug, kind: $0.kind) } : nil
            var writer = JSONWriter(capacity: 256 * found.items.count + 64)
            writer.page(Page(items: found.items, next: last), cursor: \.text) { $0.schedule($1) }
            return Answer(body: writer.bytes)
        }
    }
}

private struct ScheduleCursor: Sendable {
    var tenant: Slug
    var kind: ScheduleKind

    init(tenant: Slug, kind: ScheduleKind) {
        self.tenant = tenant
        self.kind = kind
    }

    init?(_ text: String) {
        guard let parts = CursorText.parts(text), parts.count == 2, let tenant = Slug(parts[0]), let kind = ScheduleKind(rawValue: parts[1])
        else { return nil }
        self.init(tenant: tenant, kind: kind)
    }

    var text: String { CursorText.make([tenant.text, kind.rawValue]) }
}

extension JSONWriter {
    fileprivate mutating func schedule(_ schedule: ScheduleRecord) {
        object { writer in
            writer.key("tenant")
            writer.string(schedule.slug.text)
            writer.key("kind")
            writer.string(schedule.kind.rawValue)
            writer.key("at")
            writer.string(schedule.at.description)
            writer.key("time_zone")
            writer.string(schedule.timeZone)
            writer.key("next_run_at")
            writer.optional(schedule.nextRunAt)
            writer.key("last_run_at")
            writer.optional(schedule.lastRunAt)
            writer.key("due_from")
            writer.optional(schedule.dueFrom)
        }
    }
}
