import Domain
import Repositories

/// Which tickets a mass action is about.
package enum MassSelection: Sendable {
    case ids([ID<Ticket>])
    case filter(TicketFilter)
    case search(SearchQuery)
    case queue(Int64)
    /// What a preview has shown.
    case token(String)
}

package struct MassActionRequest: Sendable {
    package var selection: MassSelection
    package var actions: [TicketAction]

    package init(selection: MassSelection, actions: [TicketAction]) {
        self.selection = selection
        self.actions = actions
    }
}

extension TenantTransaction {
    /// What no ticket could be given, because it is not there.
    func check(_ actions: [TicketAction], _ configuration: Configuration) async throws {
        var faults: [FieldFault] = []
        for (index, action) in actions.enumerated() {
            var found: [FieldFault] = []
            switch action {
            case .assign(let agent, let team):
                if let agent = agent?.id, try await !agents.canBeAssigned(agent).value { found += Refusal.unassignable.faults }
                found += configuration.faults(department: nil, team: team?.id)
            case .setDepartment(let id): found += configuration.faults(department: id, team: nil)
            case .setFields(let changes): found += configuration.fields.faultsAnywhere(in: changes)
            default: break
            }
            faults += found.map { FieldFault("actions[\(index)].\($0.field)", $0.code, $0.message) }
        }
        faults += actions.faults
        if !faults.isEmpty { throw Refusal.invalid(faults) }
    }

    /// Writes down which tickets there are. Answers how many, and how many of those asked for by number are not among them.
    func takeSnapshot(
        of selection: MassSelection, into id: ID<MassAction>, for author: MassActionAuthor, at now: Timestamp
    ) async throws -> (total: Int64, gone: Int64) {
        switch selection {
        case .ids(let ids):
            let found = try await massParts.insert(.ids(ids), into: id, seenBy: author.sight).value
            guard found < Int64(ids.count) else { return (found, 0) }
            let gone = Int64(try await massItems.insertGone(ids, of: id).value)
            return (found + gone, gone)
        case .filter(let filter): return (try await massParts.insert(.filter(filter), into: id, seenBy: author.sight).value, 0)
        case .search(let query):
            let search = TicketSearch(try author.resolve(query, at: now), author.configuration.language)
            return (try await massParts.insert(.search(search), into: id, seenBy: author.sight).value, 0)
        case .queue(let number):
            guard let queue = try await queues.find(ID(number), for: author.queueReader).value else { throw Refusal.noQueue }
            let criteria = queue.criteria.resolved(in: author.configuration, caller: author.agent, teams: author.rights.teams, at: now)
            return (try await massParts.insert(.queue(criteria), into: id, seenBy: author.sight).value, 0)
        case .token(let token):
            let hash = TokenText.hash(of: token)
            guard let preview = try await massPreviews.find(hash.bytes, of: author.agent, at: now).value else {
                throw Refusal.noPreview
            }
            let found = try await massParts.copy(from: preview, into: id).value
            let gone = Int64(try await massItems.copyGone(from: preview, into: id).value)
            return (found + gone, gone)
        }
    }
}

extension MassActionAuthor {
    fileprivate var queueReader: QueueReader {
        if let agent, !rights.isAdmin { .agent(agent, teams: rights.teams) } else { .all }
    }

    fileprivate func resolve(_ query: SearchQuery, at now: Timestamp) throws(Refusal) -> ResolvedSearch {
        do { return try query.resolved(in: configuration, caller: agent, at: now) } catch {
            throw .invalid(error.faults.map { FieldFault("selection.\($0.field)", $0.code, $0.message) })
        }
    }
}

extension FieldRules {
    /// What is wrong with these values in whatever department a ticket is.
    fileprivate func faultsAnywhere(in changes: FieldChanges) -> [FieldFault] {
        faults(in: changes, department: Department.first).filter { $0.code != "not_here" }
    }
}

extension Refusal {
    fileprivate var faults: [FieldFault] {
        if case .invalid(let faults) = self { faults } else { [] }
    }

    fileprivate static let noQueue = invalid([FieldFault("selection.queue_id", "unknown", "there is no such queue in this helpdesk")])
    fileprivate static let noPreview = invalid([
        FieldFault("selection.token", "unknown", "there is no such dry run of yours, or it was too long ago: make another one")
    ])
}
