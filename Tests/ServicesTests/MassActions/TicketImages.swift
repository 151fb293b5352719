import Domain
import Support
import Testing

extension TestTenant {
    /// What an answer leaves behind for good.
    static let columnsOfAnswers = ["message_count", "reply_count", "first_replied_at", "user_waiting_since", "user_waited_ms"]

    /// Everything that is kept of tickets and can be changed, read past the verbs: the rows themselves, but for version and time of the
    /// last change, and what lists find them by.
    /// - Parameter columns: what is not to be looked at either.
    func images(of ids: [ID<Ticket>], besides columns: [String] = []) async throws -> [ID<Ticket>: String] {
        let besides = (["version", "updated_at"] + columns).map { " - '\($0)'" }.joined()
        let numbers = ids.map { "\($0)" }.joined(separator: ", ")
        let rows = try await sql(
            """
            select id, jsonb_build_object(
                'ticket', to_jsonb(tickets)\(besides),
                'labels', (
                    select jsonb_agg(label order by label) from helpdesk.ticket_labels as found
                    where found.tenant_id = tickets.tenant_id and found.ticket_id = tickets.id
                ),
                'fields', (
                    select jsonb_agg(array[field_id::text, value] order by field_id, value) from helpdesk.ticket_field_values as found
                    where found.tenant_id = tickets.tenant_id and found.ticket_id = tickets.id
                ),
                'followers', (
                    select jsonb_agg(agent_id order by agent_id) from helpdesk.ticket_followers as found
                    where found.tenant_id = tickets.tenant_id and found.ticket_id = tickets.id
                )
            )
            from helpdesk.tickets
            where tenant_id = $tenant and id in (\(numbers.isEmpty ? "null" : numbers))
            """)
        return Dictionary(rows.map { (ID(Int64($0[0] ?? "") ?? 0), $0[1] ?? "") }) { $1 }
    }
}
