import Domain
import Hummingbird
import JSON
import Services

/// What is said on a ticket, and what happened to it.
struct ConversationRoutes {
    let helpdesk: Helpdesk

    private static let said = Endpoint.Success(status: 201, description: "The message, with its ticket", schema: .reference("Message"))

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["Message"] = TicketBodies.message
        routes.schemas["HistoryEntry"] = TicketBodies.historyEntry

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/replies",
                summary: "An agent answers (status `awaiting_user` unless chosen), or the user writes again.", needs: .tenantToken,
                scope: .writeTickets, callers: .everybody, body: TicketBodies.reply, example: ["text": "Anybody there?"],
                success: [Self.said], problems: [409])
        ) { context in
            let (body, status) = try TicketBodies.reply(context.request.json())
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Said) -> Answer = { .said($0, view) }
            return answer(
                try await helpdesk.reply(
                    to: context.request.id(), body, status: status, context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/notes", summary: "Writes down something that only agents see.", needs: .tenantToken,
                scope: .writeTickets, body: TicketBodies.note, example: ["text": "Called back, nobody there."], success: [Self.said])
        ) { context in
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Said) -> Answer = { .said($0, view) }
            return answer(
                try await helpdesk.addNote(
                    to: context.request.id(), TicketBodies.note(context.request.json()), context.access,
                    once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/messages", summary: "What was said, oldest first. Users get no notes.",
                needs: .tenantToken, scope: .readTickets, callers: .everybody, parameters: [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Message")))])
        ) { context in
            let (cursor, limit) = try numberedPage(context.request.request)
            let page = try await helpdesk.listMessages(
                on: context.request.id(), after: cursor.map { ID($0) }, limit: limit, context.access)
            var writer = JSONWriter()
            writer.page(page, cursor: \.description) { $0.message($1) }
            return Answer(body: writer.bytes)
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/history", summary: "What happened, oldest first: who, when, what, from, to.",
                needs: .tenantToken, scope: .readTickets, parameters: [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("HistoryEntry")))])
        ) { context in
            let (cursor, limit) = try numberedPage(context.request.request)
            let past = try await helpdesk.listHistory(of: context.request.id(), after: cursor, limit: limit, context.access)
            var writer = JSONWriter()
            writer.page(past.page, cursor: \.description) { $0.historyEntry($1, past.names) }
            return Answer(body: writer.bytes)
        }
    }
}

/// Paging of lists whose items are numbered in order.
private func numberedPage(_ request: Request) throws -> (cursor: Int64?, limit: Int) {
    var query = Query(request)
    let limit = query.limit()
    let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
    try query.finish()
    return (cursor, limit)
}
