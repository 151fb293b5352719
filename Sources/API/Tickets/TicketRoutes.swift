import Domain
import HTTPTypes
import Hummingbird
import JSON
import Services

/// `/v1/tickets`: decode, call, encode.
struct TicketRoutes {
    let helpdesk: Helpdesk

    private static let ticket = Endpoint.Success(status: 200, description: "The ticket", schema: .reference("Ticket"))
    private static let said = Endpoint.Success(status: 201, description: "The message, with its ticket", schema: .reference("Message"))

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets", summary: "Opens a ticket with the user's first message.", needs: .tenantToken,
                scope: .writeTickets, body: TicketBodies.creation,
                success: [Endpoint.Success(status: 201, description: "The ticket", schema: .reference("Ticket"))])
        ) { context in
            let (json, bytes) = try await context.request.json()
            let caller = context.access.caller
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, for: caller, status: 201) }
            return answer(
                try await helpdesk.createTicket(
                    TicketBodies.draft(json, by: caller), context.access, once: context.request.once(bytes, answer)))
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets",
                summary: "Lists tickets, the one changed last first. Spam and deleted tickets only where `status` names them.",
                needs: .tenantToken, scope: .readTickets, parameters: TicketListQuery.parameters + [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Ticket")))])
        ) { context in
            let query = try TicketListQuery(context.request.request)
            let page = try await helpdesk.listTickets(query.filter, query.order, after: query.cursor, limit: query.limit, context.access)
            var writer = JSONWriter(capacity: 700 * page.items.count + 64)
            writer.page(page, cursor: \.text) { $0.ticket($1, for: context.access.caller) }
            return Answer(body: writer.bytes)
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}", summary: "One ticket, with what was said and what happened if asked for.",
                needs: .tenantToken, scope: .readTickets,
                parameters: [
                    Endpoint.Parameter(
                        name: "include", place: .query, schema: .string(),
                        description: "`messages`, `history` or both with a comma: the first \(Helpdesk.included) of each."),
                    Endpoint.Parameter(
                        name: "If-None-Match", place: .header, schema: .string(),
                        description: "An ETag you have; 304 while it is still right."),
                ],
                success: [Self.ticket, Endpoint.Success(status: 304, description: "Unchanged")])
        ) { context in
            var query = Query(context.request.request)
            let parts = query.parse("include", "messages, history or both") { text in
                let parts = Set(text.split(separator: ","))
                return parts.isSubset(of: ["messages", "history"]) ? parts : nil
            }
            try query.finish()
            let wanted = parts ?? []
            let reading = try await helpdesk.readTicket(
                context.request.id(), messages: wanted.contains("messages"), history: wanted.contains("history"), context.access)
            if wanted.isEmpty, context.request.ifNoneMatch(reading.ticket.version) {
                return Answer(status: 304, etag: reading.ticket.etag, body: [])
            }
            return .ticket(reading.ticket, for: context.access.caller) { writer in
                if let messages = reading.messages {
                    writer.key("messages")
                    writer.page(messages, cursor: \.description) { $0.message($1) }
                }
                if let history = reading.history {
                    writer.key("history")
                    writer.page(history, cursor: \.description) { $0.historyEntry($1) }
                }
            }
        }

        routes.tenant(
            Endpoint(
                method: .patch, path: "/v1/tickets/{id}",
                summary: "Changes a ticket: status (a visible one), assignment, priority, urgency, subject.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], body: TicketBodies.patch, success: [Self.ticket],
                problems: [409, 412])
        ) { context in
            let patch = try TicketBodies.patch(await context.request.json().value)
            let ticket = try await helpdesk.updateTicket(
                context.request.id(), patch, context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, for: context.access.caller)
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}", summary: "Throws a ticket away; it can be restored until it is purged.",
                needs: .tenantToken, scope: .deleteTickets, parameters: [.ifMatch], success: [Self.ticket], problems: [409, 412])
        ) { context in
            let ticket = try await helpdesk.hideTicket(
                context.request.id(), as: .deleted, context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, for: context.access.caller)
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/spam", summary: "Marks a ticket as spam; needs the right to delete.",
                needs: .tenantToken, scope: .deleteTickets, success: [Self.ticket], problems: [409])
        ) { context in
            let caller = context.access.caller
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, for: caller) }
            return answer(
                try await helpdesk.hideTicket(
                    context.request.id(), as: .spam, context.access, once: context.request.once(nil, answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/restore",
                summary: "Brings a hidden ticket back to the status it had, or to the one asked for.", needs: .tenantToken,
                scope: .writeTickets, body: TicketBodies.restoration, bodyIsOptional: true, success: [Self.ticket], problems: [409])
        ) { context in
            let (json, bytes) = try await context.request.optionalJSON()
            let status = try json.flatMap(TicketBodies.restoration)
            let caller = context.access.caller
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, for: caller) }
            return answer(
                try await helpdesk.restoreTicket(
                    context.request.id(), to: status, context.access, once: context.request.once(bytes, answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/replies",
                summary: "An agent answers (status `awaiting_user` unless chosen), or the user writes again.", needs: .tenantToken,
                scope: .writeTickets, body: TicketBodies.reply, success: [Self.said], problems: [409])
        ) { context in
            let (json, bytes) = try await context.request.json()
            let (body, status) = try TicketBodies.reply(json)
            let caller = context.access.caller
            let answer: @Sendable (Said) -> Answer = { .said($0, for: caller) }
            return answer(
                try await helpdesk.reply(
                    to: context.request.id(), body, status: status, context.access, once: context.request.once(bytes, answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/notes", summary: "Writes down something that only agents see.", needs: .tenantToken,
                scope: .writeTickets, body: TicketBodies.note, success: [Self.said])
        ) { context in
            let (json, bytes) = try await context.request.json()
            let caller = context.access.caller
            let answer: @Sendable (Said) -> Answer = { .said($0, for: caller) }
            return answer(
                try await helpdesk.addNote(
                    to: context.request.id(), TicketBodies.note(json), context.access, once: context.request.once(bytes, answer)))
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/messages", summary: "What was said, oldest first. Users get no notes.",
                needs: .tenantToken, scope: .readTickets, parameters: [.limit, .cursor],
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
            let page = try await helpdesk.listHistory(of: context.request.id(), after: cursor, limit: limit, context.access)
            var writer = JSONWriter()
            writer.page(page, cursor: \.description) { $0.historyEntry($1) }
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

extension Ticket {
    fileprivate var etag: String { "\"\(version)\"" }
}

extension Answer {
    fileprivate static func ticket(
        _ ticket: Ticket, for caller: Caller, status: Int = 200, also: (inout JSONWriter) -> Void = { _ in }
    ) -> Answer {
        var writer = JSONWriter()
        writer.ticket(ticket, for: caller, also: also)
        return Answer(
            status: status, etag: ticket.etag, location: status == 201 ? "/v1/tickets/\(ticket.id)" : nil, body: writer.bytes)
    }

    fileprivate static func said(_ said: Said, for caller: Caller) -> Answer {
        var writer = JSONWriter()
        writer.message(said.message) { writer in
            writer.key("ticket")
            writer.ticket(said.ticket, for: caller)
        }
        return Answer(status: 201, etag: said.ticket.etag, location: "/v1/tickets/\(said.ticket.id)/messages", body: writer.bytes)
    }
}
