import Domain
import Hummingbird
import JSON
import Services

/// What a helpdesk has set up and who is in it: numbered, versioned, and always shown in the same form.
protocol Resource: Sendable {
    var id: ID<Self> { get }
    var version: Int64 { get }

    static var schema: Schema { get }
    /// Its name among the document's schemas.
    static var schemaName: String { get }
    /// Where there is a list of them: `/v1/departments`.
    static var path: String { get }

    func write(to writer: inout JSONWriter)
}

/// The routes that every resource has: list, read, make, change, remove. What is special about one is in the closures.
struct ResourceRoutes<Item: Resource> {
    let reading: TokenScope
    let writing: TokenScope
    let besides: TokenScope?
    let writers: Endpoint.Callers

    struct Listing {
        var after: ID<Item>?
        var limit: Int
    }

    private var one: Schema { .reference(Item.schemaName) }
    private var path: String { Item.path + "/{id}" }

    /// - Parameters:
    ///   - besides: what writing takes beside its own scope.
    ///   - writers: who may make, change and remove some of them, at the least their own.
    init(
        reading: TokenScope, writing: TokenScope, besides: TokenScope? = nil, writers: Endpoint.Callers = .admins, _ routes: inout Routes
    ) {
        self.reading = reading
        self.writing = writing
        self.besides = besides
        self.writers = writers
        routes.schemas[Item.schemaName] = Item.schema
    }

    /// - Parameter parameters: filters, which `handler` reads from the query; the query is finished for it.
    func list(
        _ routes: inout Routes, _ summary: String, parameters: [Endpoint.Parameter] = [],
        _ handler: @escaping @Sendable (Listing, inout Query, Access) throws -> @Sendable () async throws -> Page<Item, ID<Item>>
    ) {
        routes.tenant(
            Endpoint(
                method: .get, path: Item.path, summary: summary, needs: .tenantToken, scope: reading,
                parameters: parameters + [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: one))])
        ) { context in
            var query = Query(context.request.request)
            let limit = query.limit()
            let after = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            let read = try handler(Listing(after: after.map { ID($0) }, limit: limit), &query, context.access)
            try query.finish()
            let page = try await read()
            var writer = JSONWriter(capacity: 256 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $1.write(to: &$0) }
            return Answer(body: writer.bytes)
        }
    }

    func read(_ routes: inout Routes, _ summary: String, _ handler: @escaping @Sendable (ID<Item>, Access) async throws -> Item) {
        routes.tenant(
            Endpoint(
                method: .get, path: path, summary: summary, needs: .tenantToken, scope: reading,
                success: [Endpoint.Success(status: 200, description: Item.schemaName, schema: one)])
        ) { context in
            .resource(try await handler(context.request.id(), context.access))
        }
    }

    func create(
        _ routes: inout Routes, _ summary: String, body: Schema, example: JSONValue, problems: [Int] = [409],
        _ handler: @escaping @Sendable (JSONValue, Access, Once<Item>?) async throws -> Item
    ) {
        routes.tenant(
            Endpoint(
                method: .post, path: Item.path, summary: summary, needs: .tenantToken, scope: writing, readingScope: besides,
                callers: writers, body: body,
                example: example,
                success: [Endpoint.Success(status: 201, description: Item.schemaName, schema: one)], problems: problems)
        ) { context in
            let answer: @Sendable (Item) -> Answer = { .resource($0, status: 201) }
            return answer(try await handler(context.request.json(), context.access, context.request.once(answer)))
        }
    }

    func update(
        _ routes: inout Routes, _ summary: String, body: Schema, example: JSONValue, problems: [Int] = [409],
        _ handler: @escaping @Sendable (ID<Item>, JSONValue, Access, Int64?) async throws -> Item
    ) {
        routes.tenant(
            Endpoint(
                method: .patch, path: path, summary: summary, needs: .tenantToken, scope: writing, readingScope: besides, callers: writers,
                parameters: [.ifMatch], body: body, example: example,
                success: [Endpoint.Success(status: 200, description: Item.schemaName, schema: one)], problems: problems + [412])
        ) { context in
            .resource(
                try await handler(context.request.id(), context.request.json(), context.access, context.request.ifMatch()))
        }
    }

    func remove(
        _ routes: inout Routes, _ summary: String, problems: [Int] = [409],
        _ handler: @escaping @Sendable (ID<Item>, Access, Int64?) async throws -> Void
    ) {
        routes.tenant(
            Endpoint(
                method: .delete, path: path, summary: summary, needs: .tenantToken, scope: writing, readingScope: besides, callers: writers,
                parameters: [.ifMatch],
                success: [Endpoint.Success(status: 204, description: "Removed")], problems: problems + [412])
        ) { context in
            try await handler(context.request.id(), context.access, context.request.ifMatch())
            return .nothing
        }
    }
}

extension Answer {
    static func resource<Item: Resource>(_ item: Item, status: Int = 200) -> Answer {
        var writer = JSONWriter(capacity: 256)
        item.write(to: &writer)
        return Answer(
            status: status, etag: "\"\(item.version)\"", location: status == 201 ? "\(Item.path)/\(item.id)" : nil, body: writer.bytes)
    }
}
