import Domain
import JSON
import Services

/// `/v1/tickets/{id}/live`: chats and calls.
struct LiveRoutes {
    let helpdesk: Helpdesk

    private static let session = Schema.property("session", .reference("LiveSession"))
    private static let count = Schema.property("count", .integer(minimum: 1, description: "How many are going on with this one."))
    private static let state = Schema.object([session, count, Schema.property("ticket", .reference("Ticket"))])
    private static let sessionParameter = Endpoint.Parameter(
        name: "id", place: .query, schema: .integer(minimum: 1),
        description: "The session's id; it may be left out while there is one only.")

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["LiveSession"] = TicketBodies.live

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/live", summary: "The chats and calls that are going on.", needs: .tenantToken,
                scope: .readTickets, callers: .everybody, success: [.whole(of: .reference("LiveSession"))])
        ) { context in
            .whole(try await helpdesk.listLive(on: context.request.id(), context.access)) { $0.live($1) }
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/live",
                summary: "Begins a chat or call. It goes on for \(LiveSession.secondsWithoutHeartbeat) seconds after each heartbeat.",
                needs: .tenantToken, scope: .writeTickets, body: TicketBodies.liveStart, example: ["kind": "chat"],
                success: [Endpoint.Success(status: 201, description: "The session", schema: Self.state)], problems: [409])
        ) { context in
            let kind = try TicketBodies.liveKind(context.request.json())
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (LiveState) -> Answer = { .live($0, view, status: 201) }
            return answer(
                try await helpdesk.startLive(kind, on: context.request.id(), context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .patch, path: "/v1/tickets/{id}/live", summary: "The heartbeat.", needs: .tenantToken, scope: .writeTickets,
                body: TicketBodies.heartbeat, example: [:], bodyIsOptional: true,
                success: [Endpoint.Success(status: 200, description: "The session", schema: Self.state)],
                problems: [409])
        ) { context in
            let session = try context.request.optionalJSON().flatMap(TicketBodies.heartbeat)
            let state = try await helpdesk.keepLive(session, on: context.request.id(), context.access)
            return .live(state, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}/live", summary: "Ends a chat or call.", needs: .tenantToken,
                scope: .writeTickets, parameters: [Self.sessionParameter, .ifMatch], success: [TicketRoutes.one], problems: [409, 412])
        ) { context in
            var query = Query(context.request.request)
            let session = query.parse("id", "a whole number") { Int64($0).map { ID<LiveSession>($0) } }
            try query.finish()
            let ticket = try await helpdesk.endLive(
                session, on: context.request.id(), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }
    }
}

extension Answer {
    fileprivate static func live(_ state: LiveState, _ view: TicketView, status: Int = 200) -> Answer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("session")
            writer.live(state.session)
            writer.key("count")
            writer.number(state.count)
            writer.key("ticket")
            writer.ticket(state.ticket, view)
        }
        return Answer(
            status: status, etag: view.etag(state.ticket), location: status == 201 ? "/v1/tickets/\(state.ticket.id)/live" : nil,
            body: writer.bytes)
    }
}
