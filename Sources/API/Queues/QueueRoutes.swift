import Domain
import JSON
import Services

/// `/v1/queues`: saved filters, what is in them, and how much.
struct QueueRoutes {
    let helpdesk: Helpdesk

    private static let creating =
        "Makes a ticket queue: every condition of all must hold, and one of any if there are any; a group among them has all and any of "
        + "its own. A condition is a field, an operator and a value: me stands for whoever looks at the queue and my_teams for their "
        + "teams, 7d for a span of time. Spam and deleted tickets are in it only where a condition asks for their status. Without "
        + "visible_to it is yours alone; only admins make queues for others."

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas[QueueBodies.criteriaName] = QueueBodies.criteria
        let resource = ResourceRoutes<TicketQueue>(
            reading: .readTickets, writing: .writeSettings, besides: .readTickets, writers: .agents, &routes)
        resource.list(&routes, "Lists the ticket queues that you see, the built-in ones first; admins see all.") { listing, _, access in
            { try await helpdesk.listQueues(after: listing.after, limit: listing.limit, access) }
        }
        addCounts(to: &routes)
        resource.read(&routes, "One ticket queue.") { try await helpdesk.readQueue($0, $1) }
        resource.create(&routes, Self.creating, body: QueueBodies.creation, example: QueueBodies.Example.creation) { json, access, once in
            try await helpdesk.createQueue(QueueRequests.draft(json, by: access.caller), access, once: once)
        }
        resource.update(
            &routes, "Changes a ticket queue: an agent one of their own, an admin any. The criteria of a built-in one stay what they are.",
            body: QueueBodies.patch, example: QueueBodies.Example.patch
        ) { id, json, access, ifMatch in
            try await helpdesk.updateQueue(id, QueueRequests.patch(json), access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes a ticket queue, and none of its tickets. The built-in ones stay.") {
            try await helpdesk.deleteQueue($0, $1, ifMatch: $2)
        }
        addTickets(to: &routes)
    }

    private func addCounts(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: TicketQueue.path + "/counts",
                summary: "How many tickets you see in each ticket queue that you see, by its number.", needs: .tenantToken,
                scope: .readTickets, parameters: [QueueRequests.countParameter],
                success: [Endpoint.Success(status: 200, description: "The numbers", schema: QueueBodies.counts)])
        ) { context in
            .counts(try await helpdesk.countQueues(exact: QueueRequests.isExact(context.request.request), context.access))
        }
    }

    private func addTickets(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: TicketQueue.path + "/{id}/tickets", summary: "The tickets of a queue that you see.",
                needs: .tenantToken, scope: .readTickets, parameters: QueueRequests.pageParameters,
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Ticket")))])
        ) { context in
            let listing = try QueueRequests.listing(context.request.request)
            let page = try await helpdesk.listQueueTickets(
                context.request.id(), listing.order, after: listing.cursor, limit: listing.limit, context.access)
            return .tickets(page, TicketView(context, helpdesk))
        }
    }
}
