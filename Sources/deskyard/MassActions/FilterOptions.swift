import ArgumentParser
import Domain

/// The filters of the list of tickets; a ticket must pass all of them.
struct FilterOptions: ParsableArguments {
    @Option(help: "Repeat for more than one. Spam and deleted tickets are found only where it is named.") var status: [StatusName] = []
    @Option(help: ArgumentHelp("Assigned agent: number, name or address, or none.", valueName: "agent")) var agent: String?
    @Option(help: ArgumentHelp("Assigned team: number or name, or none.", valueName: "team")) var team: String?
    @Option(help: ArgumentHelp("Number or name.", valueName: "department")) var department: String?
    @Option(help: ArgumentHelp("Whose ticket it is: number or address.", valueName: "user")) var user: String?
    @Option(help: "With this label.") var label: Label?
    @Option(help: "Of this priority.") var priority: Priority?
    @Option(help: ArgumentHelp("With this value in a custom field; repeat for more, all of which must hold.", valueName: "key=value"))
    var field: [TypedField] = []
    @Option(help: ArgumentHelp("Before a time such as 2026-11-23T05:45:00Z, or a day in UTC.", valueName: "time")) var createdBefore:
        TypedMoment?
    @Option(help: ArgumentHelp("After this time.", valueName: "time")) var createdAfter: TypedMoment?
    @Option(help: ArgumentHelp("Not changed at this time or later.", valueName: "time")) var updatedBefore: TypedMoment?
    @Option(help: ArgumentHelp("Changed after this time.", valueName: "time")) var updatedAfter: TypedMoment?

    var isEmpty: Bool {
        let texts: [Any?] = [
            agent, team, department, user, label, priority, createdBefore, createdAfter, updatedBefore, updatedAfter,
        ]
        return status.isEmpty && field.isEmpty && texts.allSatisfy { $0 == nil }
    }

    func filter(in names: HelpdeskNames) async throws -> TicketFilter {
        var filter = TicketFilter()
        for status in status where !filter.statuses.contains(status) { filter.statuses.append(status) }
        if let agent { filter.agent = agent == "none" ? TicketFilter.Assigned.none : .to(try await names.agent(agent, for: "--agent")) }
        if let team { filter.team = team == "none" ? TicketFilter.Assigned.none : .to(try names.team(team, for: "--team")) }
        if let department { filter.departmentID = try names.department(department, for: "--department") }
        if let user { filter.userID = try await names.user(user, for: "--user") }
        filter.label = label
        filter.priority = priority
        for typed in field {
            let field = try names.field(typed, for: "--field")
            guard let value = field.form.value(inQuery: typed.value) else {
                throw CommandFailure("--field \(typed.text): \(typed.key.text) is a \(field.form.kind.rawValue).")
            }
            filter.fields.append(TicketFilter.FieldCondition(id: field.id, key: field.key, value: value))
        }
        filter.createdBefore = createdBefore?.time
        filter.createdAfter = createdAfter?.time
        filter.updatedBefore = updatedBefore?.time
        filter.updatedAfter = updatedAfter?.time
        return filter
    }
}
