import Domain
import JSON
import Services

/// What a ticket has to do with other tickets and with people beside its own: merge, split, links, followers, copies.
struct RelationRoutes {
    let helpdesk: Helpdesk

    func add(to routes: inout Routes) {
        addMergeAndSplit(to: &routes)
        addLinks(to: &routes)
        addFollowers(to: &routes)
        addCCs(to: &routes)
    }

    private func addMergeAndSplit(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/merge",
                summary: "Puts what was said on duplicates onto this ticket; their numbers lead here from now on.", needs: .tenantToken,
                scope: .writeTickets, parameters: [.ifMatch], body: TicketBodies.merge, example: ["duplicates": [1041]],
                success: [TicketRoutes.one], problems: [409, 412])
        ) { context in
            let duplicates = try TicketBodies.duplicates(context.request.json())
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, view) }
            return answer(
                try await helpdesk.mergeTickets(
                    duplicates, into: context.request.id(), context.access, ifMatch: context.request.ifMatch(),
                    once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/tickets/{id}/split", summary: "Moves messages into a new ticket of the same user.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], body: TicketBodies.split,
                example: ["message_ids": [2204], "subject": "Something else"],
                success: [Endpoint.Success(status: 201, description: "The new ticket", schema: .reference("Ticket"))],
                problems: [409, 412])
        ) { context in
            let (messages, subject) = try TicketBodies.split(context.request.json())
            let view = TicketView(context, helpdesk)
            let answer: @Sendable (Ticket) -> Answer = { .ticket($0, view, status: 201) }
            return answer(
                try await helpdesk.splitTicket(
                    context.request.id(), moving: messages, subject: subject, context.access, ifMatch: context.request.ifMatch(),
                    once: context.request.once(answer)))
        }
    }

    private func addLinks(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/links", summary: "What other tickets it has to do with.", needs: .tenantToken,
                scope: .readTickets, success: [.whole(of: TicketBodies.link)])
        ) { context in
            .whole(try await helpdesk.listLinks(of: context.request.id(), context.access)) { writer, link in
                writer.object { writer in
                    writer.key("kind")
                    writer.string(link.kind.rawValue)
                    writer.key("ticket_id")
                    writer.number(link.ticketID.value)
                }
            }
        }

        routes.tenant(
            Endpoint(
                method: .put, path: "/v1/tickets/{id}/links/{other_id}", summary: "Says on both tickets that they belong together.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [409, 412])
        ) { context in
            let ticket = try await helpdesk.link(
                context.request.id(), with: context.request.id("other_id"), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}/links/{other_id}", summary: "Takes such a link away.", needs: .tenantToken,
                scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [409, 412])
        ) { context in
            let ticket = try await helpdesk.unlink(
                context.request.id(), from: context.request.id("other_id"), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }
    }

    private func addFollowers(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/followers", summary: "The agents who follow it.", needs: .tenantToken,
                scope: .readTickets, success: [.whole(of: .object([Schema.property("agent_id", .integer(minimum: 1))]))])
        ) { context in
            .whole(try await helpdesk.listFollowers(of: context.request.id(), context.access)) { writer, agent in
                writer.object { writer in
                    writer.key("agent_id")
                    writer.number(agent.value)
                }
            }
        }

        routes.tenant(
            Endpoint(
                method: .put, path: "/v1/tickets/{id}/followers/{agent_id}",
                summary: "The agent follows it, and sees it wherever it goes; others than oneself need the right to assign.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [412])
        ) { context in
            let ticket = try await helpdesk.follow(
                context.request.id(), as: context.request.id("agent_id"), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}/followers/{agent_id}", summary: "The agent follows it no longer.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [412])
        ) { context in
            let ticket = try await helpdesk.unfollow(
                context.request.id(), as: context.request.id("agent_id"), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }
    }

    private func addCCs(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/tickets/{id}/ccs", summary: "The users on copy.", needs: .tenantToken, scope: .readTickets,
                callers: .everybody,
                success: [.whole(of: TicketBodies.user)])
        ) { context in
            .whole(try await helpdesk.listCCs(on: context.request.id(), context.access)) { $0.user($1) }
        }

        routes.tenant(
            Endpoint(
                method: .put, path: "/v1/tickets/{id}/ccs/{user_id}", summary: "Puts a user on copy, who then sees it and may write on it.",
                needs: .tenantToken, scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [412])
        ) { context in
            let ticket = try await helpdesk.addCC(
                context.request.id("user_id"), to: context.request.id(), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }

        routes.tenant(
            Endpoint(
                method: .delete, path: "/v1/tickets/{id}/ccs/{user_id}", summary: "Takes a user off copy.", needs: .tenantToken,
                scope: .writeTickets, parameters: [.ifMatch], success: [TicketRoutes.one], problems: [412])
        ) { context in
            let ticket = try await helpdesk.removeCC(
                context.request.id("user_id"), from: context.request.id(), context.access, ifMatch: context.request.ifMatch())
            return .ticket(ticket, TicketView(context, helpdesk))
        }
    }
}

extension Endpoint.Success {
    /// A short list that comes whole.
    static func whole(of item: Schema) -> Self {
        Self(status: 200, description: "All of them", schema: .object([Schema.property("items", .array(item))]))
    }
}

extension Answer {
    static func whole<Item>(_ items: [Item], _ write: (inout JSONWriter, Item) -> Void) -> Answer {
        var writer = JSONWriter(capacity: 64 * items.count + 64)
        writer.object { writer in
            writer.key("items")
            writer.array(items, write)
        }
        return Answer(body: writer.bytes)
    }
}
