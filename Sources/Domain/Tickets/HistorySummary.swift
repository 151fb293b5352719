/// What people and things are called, for sentences. Whoever is not known here is called by number.
package struct Names: Equatable, Sendable {
    package var agents: [ID<Agent>: String]
    package var users: [ID<User>: String]
    package var teams: [ID<Team>: String]
    package var departments: [ID<Department>: String]

    package init(_ configuration: Configuration, user: Ticket.Requester) {
        agents = configuration.agents
        teams = configuration.teams
        departments = configuration.departments.mapValues(\.name)
        users = [user.id: user.name ?? user.email.text]
    }

    fileprivate subscript(_ person: Person) -> String {
        switch person {
        case .agent(let id): agents[id] ?? "agent \(id)"
        case .user(let id): users[id] ?? "user \(id)"
        }
    }
}

extension HistoryEntry {
    /// The change in a sentence, made from what is kept of it: `Mo Haddad answered, set status to resolved (was pending)`.
    package func summary(_ names: Names) -> String {
        var parts = [event.phrase.map { $0 + event.objects(in: changes) }].compactMap { $0 }
        // That a new ticket has a status, a department and so on says nothing.
        if event != .created { parts += changes.filter { !event.says($0) }.map { $0.phrase(names) } }
        return (actor.person.map { names[$0] } ?? "an operator") + " " + (parts.isEmpty ? "changed nothing" : parts.joined(separator: ", "))
    }
}

extension HistoryEntry.Event {
    /// Nil where the changes say it all.
    fileprivate var phrase: String? {
        switch self {
        case .created: "opened the ticket"
        case .replied: "answered"
        case .userMessage: "wrote"
        case .noted: "added a note"
        case .updated: nil
        case .markedSpam: "marked the ticket as spam"
        case .deleted: "deleted the ticket"
        case .restored: "restored the ticket"
        case .followedUp: "wrote; the message opened"
        case .merged: "merged into this ticket:"
        case .mergedAway: "merged this ticket into"
        case .split: "split messages off into"
        case .undone: "took a mass action back"
        case .linked, .unlinked, .followed, .unfollowed, .ccAdded, .ccRemoved, .held, .released, .liveStarted, .liveEnded: nil
        }
    }

    /// The fields that are told at the end of the sentence.
    private var named: Set<String> {
        switch self {
        case .followedUp: ["follow_up_id"]
        case .merged: ["merged_from"]
        case .mergedAway: ["merged_into"]
        case .split: ["split_into"]
        default: []
        }
    }

    /// Events that are a change of status, so that it need not be told again.
    private var isStatus: Bool { self == .markedSpam || self == .deleted || self == .mergedAway }

    fileprivate func says(_ change: FieldChange) -> Bool { named.contains(change.field) || (isStatus && change.field == "status") }

    fileprivate func objects(in changes: [FieldChange]) -> String {
        let objects = changes.filter { named.contains($0.field) }.map { "ticket \($0.to.words)" }
        return objects.isEmpty ? "" : " " + objects.joined(separator: ", ")
    }
}

extension FieldChange {
    fileprivate func phrase(_ names: Names) -> String {
        switch (field, from, to) {
        case ("agent_id", _, .number(let id)): "assigned it to \(names.agents[ID(id)] ?? "agent \(id)")"
        case ("agent_id", _, _): "took it from \(name(names, from))"
        case ("team_id", _, .number(let id)): "gave it to the team \(names.teams[ID(id)] ?? "\(id)")"
        case ("team_id", _, _): "took it from the team \(name(names, from))"
        case ("department_id", _, .number(let id)): "moved it to \(names.departments[ID(id)] ?? "department \(id)")"
        case ("user_id", _, .number(let id)): "made it the ticket of \(names.users[ID(id)] ?? "user \(id)")"
        case ("follower_id", .none, .number(let id)): "let \(names.agents[ID(id)] ?? "agent \(id)") follow the ticket"
        case ("follower_id", .number(let id), _): "let \(names.agents[ID(id)] ?? "agent \(id)") follow it no longer"
        case ("cc_id", .none, .number(let id)): "put \(names.users[ID(id)] ?? "user \(id)") on copy"
        case ("cc_id", .number(let id), _): "took \(names.users[ID(id)] ?? "user \(id)") off copy"
        case ("related_id", .none, .number(let id)): "linked it with ticket \(id)"
        case ("related_id", .number(let id), _): "unlinked it from ticket \(id)"
        case ("legal_hold", _, .text(let reason)): "put it under legal hold: \(reason)"
        case ("legal_hold", _, _): "lifted the legal hold"
        case ("live", .none, .text(let kind)): "began a \(kind)"
        case ("live", .text(let kind), _): "ended the \(kind)"
        case (_, .none, _): "set \(label) to \(to.words)"
        case (_, _, .none): "cleared \(label) (was \(from.words))"
        case ("status", _, _): "set status to \(to.words.replacingUnderscores) (was \(from.words.replacingUnderscores))"
        default: "set \(label) to \(to.words) (was \(from.words))"
        }
    }

    private var label: String { field.hasPrefix("fields.") ? String(field.dropFirst("fields.".count)) : field.replacingUnderscores }

    private func name(_ names: Names, _ value: Value) -> String {
        guard case .number(let id) = value else { return value.words }
        return field == "agent_id" ? names.agents[ID(id)] ?? "agent \(id)" : names.teams[ID(id)] ?? "\(id)"
    }
}

extension FieldChange.Value {
    fileprivate var words: String {
        switch self {
        case .none: "nothing"
        case .text(let text): text
        case .number(let number): "\(number)"
        case .decimal(let number): number.plainText
        case .truth(let value): value ? "yes" : "no"
        case .list(let items): items.joined(separator: ", ")
        }
    }
}

extension String {
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
