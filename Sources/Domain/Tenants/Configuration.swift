/// What a helpdesk has set up, as far as the work on tickets needs it: small, read often, changed rarely.
package struct Configuration: Equatable, Sendable {
    package var departments: [ID<Department>: Department]
    package var teams: [ID<Team>: String]
    package var agents: [ID<Agent>: String]
    package var fields: FieldRules
    package var reopenPolicy: ReopenPolicy
    package var retention: Retention
    package var language: SearchLanguage

    package init(
        departments: [Department], teams: [ID<Team>: String], agents: [ID<Agent>: String], fields: [Field], reopenPolicy: ReopenPolicy,
        retention: Retention, language: SearchLanguage = .english
    ) {
        self.departments = Dictionary(departments.map { ($0.id, $0) }) { $1 }
        self.teams = teams
        self.agents = agents
        self.fields = FieldRules(fields)
        self.reopenPolicy = reopenPolicy
        self.retention = retention
        self.language = language
    }

    package var defaultDepartment: ID<Department> { departments.values.first(where: \.isDefault)?.id ?? Department.first }
}

/// How long hidden tickets stay before they are purged, in days; nil: for ever.
package struct Retention: Equatable, Sendable {
    package var spamDays: Int?
    package var deletedDays: Int?

    package init(spamDays: Int?, deletedDays: Int?) {
        self.spamDays = spamDays
        self.deletedDays = deletedDays
    }

    /// When the ticket is due; nil while it is not.
    package func purgeAt(_ ticket: Ticket) -> Timestamp? {
        guard case .hidden(let status, _) = ticket.status, let hiddenAt = ticket.hiddenAt, ticket.legalHold == nil else { return nil }
        let days =
            switch status {
            case .spam: spamDays
            case .deleted: deletedDays
            }
        return days.map { hiddenAt.advanced(byDays: $0) }
    }
}
