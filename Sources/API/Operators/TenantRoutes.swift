import Domain
import Hummingbird
import JSON
import Services

enum TenantBodies {
    static let tenant = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("slug", .string(maximumLength: 63)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("time_zone", .string()),
        Schema.property("state", .oneOf(Tenant.State.allCases.map(\.rawValue))),
        Schema.property("created_at", .time),
    ])

    static let creation = Schema.object([
        Schema.property("slug", .string(maximumLength: 63)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("time_zone", .string(description: "IANA name; UTC if not given."), required: false),
    ])

    static let patch = Schema.object([Schema.property("state", .oneOf(Tenant.State.allCases.map(\.rawValue)))])

    static func draft(_ json: JSONValue) throws -> Installation.TenantDraft {
        var fields = try Fields(json)
        let slug = fields.parse("slug", required: true, "a string") { $0 }
        let name = fields.parse("name", required: true, "a string") { $0 }
        let zone = fields.parse("time_zone", "a string") { $0 }
        let draft = Result { () throws(Refusal) in
            try Installation.TenantDraft(slug: slug ?? "", name: name ?? "", timeZone: zone ?? "UTC")
        }
        if case .failure(.invalid(let faults)) = draft {
            // What was no string is named as such already.
            let named = Set(fields.faults.map(\.field))
            fields.add(faults.filter { !named.contains($0.field) })
        }
        try fields.finish()
        return try draft.get()
    }

    static func state(_ json: JSONValue) throws -> Tenant.State {
        var fields = try Fields(json)
        let state = fields.oneOf("state", Tenant.State.self)
        if state == nil, fields.faults.isEmpty { fields.fault("state", "required", "must be given") }
        try fields.finish()
        guard let state else { throw Refusal.invalid(fields.faults) }
        return state
    }
}

/// `/operator/v1/tenants`: the hosting provider's helpdesks.
struct TenantRoutes {
    let installation: Installation

    func add(to routes: inout Routes) {
        let installation = installation
        routes.schemas["Tenant"] = TenantBodies.tenant
        let success = Endpoint.Success(status: 200, description: "The helpdesk", schema: .reference("Tenant"))

        routes.systemOperator(
            Endpoint(
                method: .post, path: "/operator/v1/tenants", summary: "Makes a helpdesk.", needs: .operatorToken,
                body: TenantBodies.creation, example: ["slug": "initech", "name": "Initech", "time_zone": "Europe/London"],
                success: [Endpoint.Success(status: 201, description: "The helpdesk", schema: .reference("Tenant"))], problems: [409])
        ) { context in
            let draft = try TenantBodies.draft(context.request.json())
            return .tenant(try await installation.createTenant(draft), status: 201)
        }

        routes.systemOperator(
            Endpoint(
                method: .get, path: "/operator/v1/tenants", summary: "Lists the helpdesks by slug.", needs: .operatorToken,
                parameters: [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Tenant")))])
        ) { context in
            var query = Query(context.request.request)
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Slug($0) }
            try query.finish()
            var writer = JSONWriter()
            writer.page(try await installation.listTenants(after: cursor, limit: limit), cursor: \.text) { $0.tenant($1) }
            return Answer(body: writer.bytes)
        }

        routes.systemOperator(
            Endpoint(
                method: .get, path: "/operator/v1/tenants/{slug}", summary: "One helpdesk.", needs: .operatorToken, success: [success])
        ) { context in
            .tenant(try await installation.findTenant(slug(context.request)))
        }

        routes.systemOperator(
            Endpoint(
                method: .patch, path: "/operator/v1/tenants/{slug}",
                summary: "Suspends a helpdesk or opens it again, from the next request on.",
                needs: .operatorToken, body: TenantBodies.patch, example: ["state": "suspended"], success: [success])
        ) { context in
            let state = try TenantBodies.state(context.request.json())
            return .tenant(try await installation.setState(of: slug(context.request), state))
        }
    }
}

private func slug(_ request: RequestReader) throws -> Slug {
    guard let slug = Slug(try request.text("slug")) else { throw Refusal.notFound }
    return slug
}

extension Answer {
    fileprivate static func tenant(_ tenant: Tenant, status: Int = 200) -> Answer {
        var writer = JSONWriter(capacity: 256)
        writer.tenant(tenant)
        return Answer(
            status: status, location: status == 201 ? "/operator/v1/tenants/\(tenant.slug.text)" : nil, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func tenant(_ tenant: Tenant) {
        object { writer in
            writer.key("id")
            writer.number(tenant.id.value)
            writer.key("slug")
            writer.string(tenant.slug.text)
            writer.key("name")
            writer.string(tenant.name)
            writer.key("time_zone")
            writer.string(tenant.timeZone)
            writer.key("state")
            writer.string(tenant.state.rawValue)
            writer.key("created_at")
            writer.string(plain: tenant.createdAt.utf8)
        }
    }
}
