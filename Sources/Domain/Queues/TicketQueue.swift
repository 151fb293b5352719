/// A saved filter: which tickets, in which order, and for whom.
package struct TicketQueue: Equatable, Sendable {
    package var id: ID<TicketQueue>
    package var name: QueueName
    /// Nil: somebody of the helpdesk has made it.
    package var builtIn: BuiltInQueue?
    package var criteria: QueueCriteria
    package var order: TicketOrder
    package var visibility: QueueVisibility
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: ID<TicketQueue>, name: QueueName, builtIn: BuiltInQueue? = nil, criteria: QueueCriteria,
        order: TicketOrder = .newestChangeFirst, visibility: QueueVisibility, version: Int64 = 1, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.builtIn = builtIn
        self.criteria = criteria
        self.order = order
        self.visibility = visibility
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// How many a helpdesk can have for its people, and each agent for themselves. Some more, made by many at the same moment, would harm
    /// nobody.
    package static let most = (shared: 500, own: 100)
}

/// 1 to 100 characters on one line.
package struct QueueName: Equatable, Sendable {
    package static let lengths = 1...100
    package let text: String

    package init?(_ text: String) {
        let trimmed = text.trimmed
        guard Self.lengths.contains(trimmed.unicodeScalars.count), !trimmed.unicodeScalars.contains(where: \.isControl) else { return nil }
        self.text = trimmed
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}

/// Who finds the queue among theirs. Which of its tickets they see, is another matter: what they see anyway.
package enum QueueVisibility: Equatable, Sendable {
    /// Every agent.
    case everybody
    /// The members of these teams, and these agents.
    case only(teams: Set<ID<Team>>, agents: Set<ID<Agent>>)

    /// How many teams, and how many agents.
    package static let most = 100

    package static func alone(_ agent: ID<Agent>) -> QueueVisibility { .only(teams: [], agents: [agent]) }

    package func includes(_ agent: ID<Agent>, in teams: Set<ID<Team>>) -> Bool {
        switch self {
        case .everybody: true
        case .only(let ownTeams, let agents): agents.contains(agent) || !ownTeams.isDisjoint(with: teams)
        }
    }

    /// What is wrong with it; agents are looked up elsewhere.
    package func faults(in configuration: Configuration) -> [FieldFault] {
        guard case .only(let teams, let agents) = self else { return [] }
        var faults: [FieldFault] = []
        if teams.isEmpty && agents.isEmpty {
            faults.append(FieldFault("visible_to", "required", "name a team or an agent, or say everybody"))
        }
        if teams.count > Self.most { faults.append(FieldFault("visible_to.teams", "too_many", "at most \(Self.most)")) }
        if agents.count > Self.most { faults.append(FieldFault("visible_to.agents", "too_many", "at most \(Self.most)")) }
        let lost = teams.filter { configuration.teams[$0] == nil }.sorted().map(\.description)
        if !lost.isEmpty {
            faults.append(
                FieldFault("visible_to.teams", "unknown", "there is no such team in this helpdesk: \(lost.joined(separator: ", "))"))
        }
        let strangers = agents.filter { configuration.agents[$0] == nil }.sorted().map(\.description)
        if !strangers.isEmpty {
            faults.append(
                FieldFault("visible_to.agents", "unknown", "there is no such agent in this helpdesk: \(strangers.joined(separator: ", "))"))
        }
        return faults
    }
}

/// How many tickets of a queue somebody sees.
package struct QueueCount: Equatable, Sendable {
    package var count: Int64
    /// There are more than `count`.
    package var isCapped: Bool

    /// Beyond this nobody counts, unless asked to.
    package static let cap: Int64 = 10_000

    package init(count: Int64, isCapped: Bool) {
        self.count = count
        self.isCapped = isCapped
    }
}
