import Domain
import HTTPTypes
import Hummingbird
import JSON
import Services

/// `/v1/tickets`: what is done with a ticket as a whole.
struct TicketRoutes {
    let helpdesk: Helpdesk

    static let one = Endpoint.Success(status: 200, description: "The ticket", schema: .reference("Ticket"))

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["Ticket"] = TicketBodies.ticket

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets", summary: "Opens a ticket with the user's first message.", needs: .tenantToken,
                scope: .writeTickets, callers: .everybody, body: TicketBodies.creation, example: TicketBodies.Example.creation,
                success: [Endpoint.Success(status: 201, description: "The ticket", schema: .reference("Ticket"))])
        ) { context in
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, view, status: 201) }
            let draft = try TicketBodies.draft(context.request.json(), by: context.access.caller)
            return answer(try await helpdesk.createTicket(draft, context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets",
                summary: "Lists tickets, the one changed last first. Spam and deleted tickets only where `status` names them.",
                needs: .tenantToken, scope: .readTickets, callers: .everybody, parameters: TicketListQuery.parameters + [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Ticket")))])
        ) { context in
            let query = try TicketListQuery(context.request.request, context.access.configuration.fields)
            let page = try await helpdesk.listTickets(query.filter, query.order, after: query.cursor, limit: query.limit, context.access)
            return .tickets(page, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}", summary: "One ticket, with what was said and what happened if asked for.",
                needs: .tenantToken, scope: .readTickets, callers: .everybody,
                parameters: [
                    Endpoint.Parameter(
                        name: "include", place: .query, schema: .string(),
                        description: "`messages`, `history` or both with a comma: the first \(Helpdesk.included) of each."),
                    Endpoint.Parameter(
                        name: "If-None-Match", place: .header, schema: .string(),
                        description: "An ETag you have; 304 while it is still right."),
                ],
                success: [Self.one, Endpoint.Success(status: 304, description: "Unchanged")])
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
            let view = TicketView(context, helpdesk)
            let etag = view.etag(reading.ticket)
            if wanted.isEmpty, context.request.ifNoneMatch(etag) { return Answer(status: 304, etag: etag, body: []) }
            return .ticket(reading.ticket, view) { writer in
                if let messages = reading.messages {
                    writer.key("messages")
                    writer.page(messages, cursor: \.description) { $0.message($1) }
                }
                if let history = reading.history {
                    writer.key("history")
                    writer.page(history.page, cursor: \.description) { $0.historyEntry($1, history.names) }
                }
            }
        }

        routes.tenant(
            Endpoint(
                method: .patch, path: "/v1/tickets/{id}",
                summary: "Changes a ticket: status (a visible one), assignment, department, priority, urgency, labels, fields, subject.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], body: TicketBodies.patch,
                example: ["urgency": 7, "subject": "Knock"], success: [Self.one],
                problems: [409, 412])
        ) { context in
            let patch = try TicketBodies.patch(context.request.json())
            let ticket = try await helpdesk.updateTicket(
                context.request.id(), patch, context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}", summary: "Throws a ticket away; it can be restored until it is purged.",
                needs: .tenantToken, scope: .deleteTickets, parameters: [.ifMatch], success: [Self.one], problems: [409, 412])
        ) { context in
            let ticket = try await helpdesk.hideTicket(
                context.request.id(), as: .deleted, context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/spam", summary: "Marks a ticket as spam; needs the right to delete, too.",
                needs: .tenantToken, scope: .deleteTickets, success: [Self.one], problems: [409])
        ) { context in
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, view) }
            return answer(
                try await helpdesk.hideTicket(context.request.id(), as: .spam, context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/restore",
                summary: "Brings a hidden ticket back to the status it had, or to the one asked for; the body may carry corrections.",
                needs: .tenantToken, scope: .writeTickets, body: TicketBodies.restoration, example: ["status": "pending"],
                bodyIsOptional: true, success: [Self.one],
                problems: [409])
        ) { context in
            let restoration = try context.request.optionalJSON().map(TicketBodies.restoration) ?? Restoration()
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, view) }
            return answer(
                try await helpdesk.restoreTicket(
                    context.request.id(), restoration, context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .put, path: "/v1/tickets/{id}/legal-hold", summary: "Keeps the ticket from every purge.", needs: .tenantToken,
                scope: .writeTickets, callers: .admins, parameters: [.ifMatch], body: TicketBodies.hold,
                example: ["reason": "Court order 4 O 123/26"], success: [Self.one], problems: [412])
        ) { context in
            let hold = try TicketBodies.hold(context.request.json())
            let ticket = try await helpdesk.setLegalHold(
                hold, on: context.request.id(), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}/legal-hold", summary: "Lifts the legal hold.", needs: .tenantToken,
                scope: .writeTickets, callers: .admins, parameters: [.ifMatch], success: [Self.one], problems: [412])
        ) { context in
            let ticket = try await helpdesk.setLegalHold(
                nil, on: context.request.id(), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }
    }
}
