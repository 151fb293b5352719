import Domain
import JSON
import Services

/// `/v1/tokens`: what people and programs prove themselves with.
struct TokenRoutes {
    let helpdesk: Helpdesk

    private static let path = "/v1/tokens"
    private static let id = Schema.integer(minimum: 1)
    private static let token = [
        Schema.property("id", id),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("agent_id", .nullable(id)),
        Schema.property("user_id", .nullable(id)),
        Schema.property("scopes", .array(.oneOf(TokenScope.allCases.map(\.rawValue)))),
        Schema.property("created_at", .time),
        Schema.property("expires_at", .nullable(.time)),
        Schema.property("last_used_at", .nullable(.time)),
        Schema.property("revoked_at", .nullable(.time)),
    ]
    private static let newToken = Schema.object(token + [Schema.property("token", .string(description: "Shown this once."))])
    private static let creation = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("scopes", .array(.oneOf(TokenScope.usual.map(\.rawValue))), required: false),
        Schema.property("expires_at", .time, required: false),
        Schema.property("agent_id", .integer(minimum: 1, description: "Whose; one's own without it."), required: false),
        Schema.property("user_id", .integer(minimum: 1, description: "Whose; one's own without it."), required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["Token"] = Schema.object(Self.token)
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path, summary: "Lists one's own tokens; an admin's list has everybody's.", needs: .tenantToken,
                scope: .readTokens, callers: .everybody,
                parameters: [
                    Endpoint.Parameter(name: "agent_id", place: .query, schema: Self.id, description: "Of this agent."),
                    Endpoint.Parameter(name: "user_id", place: .query, schema: Self.id, description: "Of this user."), .limit, .cursor,
                ], success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Token")))])
        ) { context in
            var query = Query(context.request.request)
            let person = query.person()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            let limit = query.limit()
            try query.finish()
            let page = try await helpdesk.listTokens(of: person, after: cursor.map { ID($0) }, limit: limit, context.access)
            var writer = JSONWriter(capacity: 256 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $0.token($1) }
            return Answer(body: writer.bytes)
        }
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path, summary: "Makes a token, for oneself or, as an admin, for somebody else.",
                needs: .tenantToken, scope: .writeTokens, callers: .everybody, body: Self.creation,
                example: ["name": "my script"],
                success: [Endpoint.Success(status: 201, description: "The token, with its text", schema: Self.newToken)], showsSecret: true)
        ) { context in
            // Without an idempotency key: an answer that is kept would keep the token's text. One that got lost on its way is revoked.
            let (text, token) = try await helpdesk.createToken(Self.draft(context.request.json()), context.access)
            var writer = JSONWriter(capacity: 512)
            writer.token(token, text)
            return Answer(status: 201, body: writer.bytes)
        }
        routes.tenant(
            Endpoint(
                method: .delete, path: Self.path + "/{id}", summary: "Revokes a token, from the next request on.", needs: .tenantToken,
                scope: .writeTokens, callers: .everybody, success: [Endpoint.Success(status: 204, description: "Revoked")])
        ) { context in
            try await helpdesk.revokeToken(context.request.id(), context.access)
            return .nothing
        }
    }

    private static func draft(_ json: JSONValue) throws -> TokenDraft {
        var fields = try Fields(json)
        let name = fields.name(required: true)
        let scopes = fields.words("scopes", TokenScope.self)
        let expiresAt = fields.parse("expires_at", "a time in RFC 3339, such as 2026-11-23T05:45:00Z") { Timestamp($0) }
        let agent = fields.id("agent_id", of: Agent.self)
        let user = fields.id("user_id", of: User.self)
        if agent != nil, user != nil { fields.fault("user_id", "conflict", "give agent_id or user_id, not both") }
        try fields.finish()
        guard let name else { throw Refusal.invalid(fields.faults) }
        return TokenDraft(name: name, person: agent.map { .agent($0) } ?? user.map { .user($0) }, scopes: scopes, expiresAt: expiresAt)
    }
}

extension Query {
    fileprivate mutating func person() -> Person? {
        let agent = parse("agent_id", "an agent's id") { Int64($0) }
        let user = parse("user_id", "a user's id") { Int64($0) }
        if agent != nil, user != nil { fault("user_id", "give agent_id or user_id, not both") }
        return agent.map { .agent(ID($0)) } ?? user.map { .user(ID($0)) }
    }
}

extension JSONWriter {
    /// - Parameter text: only where the token was made just now.
    fileprivate mutating func token(_ token: TokenRecord, _ text: TokenText? = nil) {
        let (agent, user): (Int64?, Int64?) =
            switch token.person {
            case .agent(let id): (id.value, nil)
            case .user(let id): (nil, id.value)
            }
        object { writer in
            writer.key("id")
            writer.number(token.id.value)
            writer.key("name")
            writer.string(token.name)
            writer.key("agent_id")
            writer.optional(agent)
            writer.key("user_id")
            writer.optional(user)
            writer.key("scopes")
            writer.array(token.scopes.map(\.rawValue).sorted()) { $0.string($1) }
            writer.key("created_at")
            writer.string(plain: token.createdAt.utf8)
            writer.key("expires_at")
            writer.optional(token.expiresAt)
            writer.key("last_used_at")
            writer.optional(token.lastUsedAt)
            writer.key("revoked_at")
            writer.optional(token.revokedAt)
            if let text {
                writer.key("token")
                writer.string(text.text)
            }
        }
    }
}
