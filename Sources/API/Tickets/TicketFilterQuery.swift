import Domain

/// Which tickets: what can be said of them in the query of a list, and in the same words elsewhere.
enum TicketFilterQuery {
    static let parameters: [Endpoint.Parameter] = [
        Endpoint.Parameter(
            name: "status", place: .query, schema: .oneOf(StatusName.all.map(\.name)),
            description: "Any of these; every visible one if not given.",
            repeatable: true),
        Endpoint.Parameter(name: "agent_id", place: .query, schema: .string(), description: "The assigned agent, or `none`."),
        Endpoint.Parameter(name: "team_id", place: .query, schema: .string(), description: "The assigned team, or `none`."),
        Endpoint.Parameter(name: "department_id", place: .query, schema: .integer(minimum: 1), description: "In this department."),
        Endpoint.Parameter(name: "label", place: .query, schema: .string(maximumLength: 60), description: "With this label."),
        Endpoint.Parameter(
            name: "field.{key}", place: .query, schema: .string(),
            description: "With this value in the custom field: `field.order_no=A-17`; several fields narrow the list down."),
        Endpoint.Parameter(name: "user_id", place: .query, schema: .integer(minimum: 1), description: "Whose ticket it is."),
        Endpoint.Parameter(
            name: "priority", place: .query, schema: .oneOf(Priority.allCases.map(\.rawValue)), description: "Of this priority."),
        Endpoint.Parameter(name: "created_before", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "created_after", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "updated_before", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "updated_after", place: .query, schema: .time, description: "RFC 3339."),
    ]

    /// - Parameter rules: the helpdesk's fields, for `field.<key>`.
    static func filter(_ query: inout Query, _ rules: FieldRules) -> TicketFilter {
        var filter = TicketFilter()
        let time = "a time in RFC 3339, such as 2026-11-23T05:45:00Z"
        let number = "a whole number"
        for name in query.all("status") {
            if let status = StatusName(name) {
                if !filter.statuses.contains(status) { filter.statuses.append(status) }
            } else {
                query.fault("status", "one of \(StatusName.all.map(\.name).joined(separator: ", "))")
            }
        }
        filter.agent = query.parse("agent_id", "an agent's id, or none") { assigned($0) }
        filter.team = query.parse("team_id", "a team's id, or none") { assigned($0) }
        filter.departmentID = query.parse("department_id", number) { Int64($0).map { ID($0) } }
        filter.label = query.parse("label", "a label") { Label($0) }
        filter.userID = query.parse("user_id", number) { Int64($0).map { ID($0) } }
        filter.priority = query.parse("priority", "one of \(Priority.allCases.map(\.rawValue).joined(separator: ", "))") {
            Priority(rawValue: $0)
        }
        for name in query.names(withPrefix: "field.") {
            guard let field = FieldKey(String(name.dropFirst("field.".count))).flatMap({ rules.fields[$0] }) else {
                query.fault(name, "there is no such field in this helpdesk")
                continue
            }
            let value = query.parse(name, "one \(field.form.kind.rawValue)") { field.form.value(inQuery: $0) }
            if let value { filter.fields.append(TicketFilter.FieldCondition(id: field.id, key: field.key, value: value)) }
        }
        filter.createdBefore = query.parse("created_before", time) { Timestamp($0) }
        filter.createdAfter = query.parse("created_after", time) { Timestamp($0) }
        filter.updatedBefore = query.parse("updated_before", time) { Timestamp($0) }
        filter.updatedAfter = query.parse("updated_after", time) { Timestamp($0) }
        return filter
    }

    private static func assigned<Assignee>(_ text: String) -> TicketFilter.Assigned<Assignee>? {
        text == "none" ? TicketFilter.Assigned.none : Int64(text).map { .to(ID($0)) }
    }
}
