import Domain
import JSON
import Services

/// `/v1/search`: tickets by what was said in them and by what holds of them.
struct SearchRoutes {
    let helpdesk: Helpdesk

    static let path = "/v1/search"

    private static let found = Schema.object([
        Schema.property("ticket", .reference("Ticket")),
        Schema.property(
            "snippet",
            .string(
                description: "A piece of the ticket as HTML: all that somebody wrote is escaped, and <mark> stands around what was found.")
        ),
    ])

    private static let page = Schema.object([
        Schema.property("items", .array(found)),
        Schema.property("next_cursor", .nullable(.string())),
        // similar: words found nothing; parts of words or what is spelt much like them did, in subject, user or address.
        Schema.property("match", .oneOf(SearchMatch.allCases.map(\.rawValue))),
    ])

    private static let summary =
        "Searches tickets: words in subject, messages and user, and properties as in status:pending; all must hold, or binds the terms "
        + "on its two sides. Agents find by notes and labels, too. The filters of the list narrow it down. Spam and deleted tickets only "
        + "where status names them, in q or beside it. Where an agent's words find nothing, parts of words and what is spelt much like them are "
        + "looked for in subject, user and address, and match is similar."

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path, summary: Self.summary, needs: .tenantToken, scope: .readTickets, callers: .everybody,
                parameters: SearchRequests.parameters + [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: Self.page)])
        ) { context in
            let request = try SearchRequests.request(context.request.request, context.access.configuration.fields)
            do {
                return .search(try await helpdesk.search(request, context.access), TicketView(context, helpdesk))
            } catch let refusal as Refusal {
                throw refusal.ofSearch
            }
        }
    }
}
