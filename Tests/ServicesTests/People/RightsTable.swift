import Domain

/// Who may do what to a ticket, and what comes of it: the permissions of domain.md written down once more, without a look at the services.
///
/// First the right: who lacks one that an act needs is refused before anybody looks for the ticket. Then the sight: what one does not see is
/// not there. Last the ticket's status.
enum RightsTable {
    enum Outcome: String {
        case done
        /// A user's message opened a new ticket.
        case followUp
        /// 403, 404, 409 and 422.
        case forbidden, notFound, conflict, invalid
    }

    enum Act: String, CaseIterable {
        // Reading.
        case read, messages, history, followers, copies, links, liveSessions
        // Talking.
        case note, reply, replyAndResolve, addCopy, removeCopy, startLive, keepLive, endLive
        // Changing. `setStatusAndAgent` is one request for two things.
        case setStatus, assignAgent, assignTeam, setStatusAndAgent, moveToOpen, moveToClosed
        case edit, setSubject, setPriority, setUrgency, setLabels, setFields
        // Hiding.
        case spam, delete, restore, hold, release
        // Joining. `mergeAway` and `linkFrom` ask for it on another ticket, which the caller sees.
        case mergeInto, mergeAway, split, link, linkFrom, unlink, follow, unfollow, addFollower, removeFollower
    }

    /// Acts that are tried in one helpdesk.
    enum Family: String, CaseIterable {
        case reading, talking, changing, hiding, joining
    }
}

// What domain.md and the names of the rights say about acts.
extension RightsTable.Act {
    var family: RightsTable.Family {
        switch self {
        case .read, .messages, .history, .followers, .copies, .links, .liveSessions: .reading
        case .note, .reply, .replyAndResolve, .addCopy, .removeCopy, .startLive, .keepLive, .endLive: .talking
        case .setStatus, .assignAgent, .assignTeam, .setStatusAndAgent, .moveToOpen, .moveToClosed: .changing
        case .edit, .setSubject, .setPriority, .setUrgency, .setLabels, .setFields: .changing
        case .spam, .delete, .restore, .hold, .release: .hiding
        case .mergeInto, .mergeAway, .split, .link, .linkFrom, .unlink, .follow, .unfollow, .addFollower, .removeFollower: .joining
        }
    }

    /// Every one of them.
    var needs: Set<AgentRight> {
        switch self {
        case .read, .messages, .history, .followers, .copies, .links, .liveSessions, .note, .follow, .unfollow, .hold, .release: []
        // The status after an answer is part of the answer.
        case .reply, .replyAndResolve, .addCopy, .removeCopy, .startLive, .keepLive, .endLive: [.reply]
        case .setStatus: [.setStatus]
        case .assignAgent, .assignTeam, .moveToOpen, .moveToClosed, .addFollower, .removeFollower: [.assign]
        case .setStatusAndAgent: [.setStatus, .assign]
        case .edit, .setSubject, .setPriority, .setUrgency, .setLabels, .setFields: [.editFields]
        case .mergeInto, .mergeAway, .split, .link, .linkFrom, .unlink: [.editFields]
        // "Needs delete, because spam is purged too."
        case .spam: [.markSpam, .delete]
        case .delete: [.delete]
        case .restore: [.restore]
        }
    }

    /// Legal holds are the admins'.
    var isForAdmins: Bool { [.hold, .release].contains(self) }

    /// What only says again what another act says, with other words or the other way round.
    private var isVariant: Bool {
        switch self {
        case .followers, .copies, .links, .liveSessions, .replyAndResolve, .removeCopy, .setStatusAndAgent, .moveToClosed, .release: true
        case .setSubject, .setPriority, .setUrgency, .setLabels, .setFields, .linkFrom, .unlink, .unfollow, .removeFollower: true
        default: false
        }
    }

    /// On what it is tried.
    var relations: [RightsTable.Relation] { isVariant ? [.followed, .unassigned, .colleagues] : RightsTable.Relation.allCases }

    func isRefused(in state: RightsTable.State) -> Bool {
        switch self {
        // "An agent cannot reply to a hidden ticket: restore first." "Agent sets a status: any visible."
        case .reply, .replyAndResolve, .startLive, .setStatus, .setStatusAndAgent, .mergeInto, .mergeAway, .split: state != .open
        case .spam: state == .spam
        case .delete: state == .deleted
        case .restore: state == .open
        default: false
        }
    }

    /// Whether the ticket has a new version after it was done.
    func changes(_ relation: RightsTable.Relation) -> Bool {
        switch self {
        case .read, .messages, .history, .followers, .copies, .links, .liveSessions, .keepLive: false
        case .follow: relation != .followed
        case .unfollow: relation == .followed
        default: true
        }
    }
}

// Agents.
extension RightsTable {
    /// The agent's access to the department the tickets are in.
    enum Desk: String, CaseIterable {
        /// Full access to this and every other department.
        case all
        case full, assign, none
    }

    /// What the ticket is to the agent.
    enum Relation: String, CaseIterable {
        case own, team, followed, unassigned, colleagues, otherTeams

        /// In which of the two hidden statuses it is tried.
        var hidden: State {
            switch self {
            case .own, .followed, .colleagues: .spam
            case .team, .unassigned, .otherTeams: .deleted
            }
        }
    }

    enum State: String, CaseIterable {
        case open, spam, deleted
    }

    struct Group {
        var name: String
        var rights: Set<AgentRight>
    }

    private static let every = Set(AgentRight.allCases)
    private static let destructive: Set<AgentRight> = [.delete, .markSpam]

    /// None, each right alone (marking spam brings deleting with it), the two built-in groups, and everything but one each (so does that).
    static let groups: [Group] = {
        var groups = [Group(name: "nothing", rights: [])]
        for right in AgentRight.allCases {
            groups.append(Group(name: "only \(right.rawValue)", rights: right == .markSpam ? destructive : [right]))
        }
        groups.append(Group(name: "everything", rights: every))
        groups.append(Group(name: "everything not destructive", rights: every.subtracting(destructive)))
        for right in AgentRight.allCases {
            let missing: Set<AgentRight> = right == .delete ? destructive : [right]
            groups.append(Group(name: "all but \(right.rawValue)", rights: every.subtracting(missing)))
        }
        return groups
    }()

    struct AgentCase {
        var name: String
        var isAdmin = false
        var rights: Set<AgentRight> = []
        var desk: Desk
        /// The one department access a group is tried with where its rights make no difference.
        var isSample = true
    }

    /// Every group with every department access, and two admins in no group: one with all departments, one with none.
    static let agents: [AgentCase] = {
        var agents: [AgentCase] = []
        for (number, group) in groups.enumerated() {
            for (place, desk) in Desk.allCases.enumerated() {
                let isSample = place == number % Desk.allCases.count
                agents.append(AgentCase(name: "\(group.name), \(desk)", rights: group.rights, desk: desk, isSample: isSample))
            }
        }
        agents.append(AgentCase(name: "admin", isAdmin: true, desk: .all))
        agents.append(AgentCase(name: "admin of nothing", isAdmin: true, desk: .none))
        return agents
    }()
}

extension RightsTable.AgentCase {
    func may(_ act: RightsTable.Act) -> Bool {
        if isAdmin { return true }
        if act.isForAdmins { return false }
        // Into an open department everybody may assign; into a closed one only who has them all.
        if act == .moveToClosed && desk != .all { return false }
        return act.needs.isSubset(of: rights)
    }

    func sees(_ relation: RightsTable.Relation) -> Bool {
        let isAtDesk = desk == .all || desk == .full
        switch relation {
        case .own, .team, .followed: return true
        case .unassigned: return isAdmin || (isAtDesk && rights.contains(.viewUnassigned))
        case .colleagues, .otherTeams: return isAdmin || (isAtDesk && rights.contains(.viewOthers))
        }
    }

    func outcome(of act: RightsTable.Act, on relation: RightsTable.Relation, _ state: RightsTable.State) -> RightsTable.Outcome {
        guard may(act) else { return .forbidden }
        // A duplicate is named in the request's body, not in its path.
        guard sees(relation) else { return act == .mergeAway ? .invalid : .notFound }
        return act.isRefused(in: state) ? .conflict : .done
    }

    /// Whether the database is asked, where the right is there. The rights that an act does not need and that show no ticket cannot matter to
    /// it: with them and without them it is tried with one department access instead of four.
    func isAsked(_ act: RightsTable.Act) -> Bool {
        let matters = act.needs.union([.viewUnassigned, .viewOthers])
        let isTelling = rights.isSubset(of: matters) || Set(AgentRight.allCases).subtracting(rights).isSubset(of: matters)
        return isAdmin || isTelling || isSample
    }
}

// New tickets of agents.
extension RightsTable {
    enum Creation: String, CaseIterable {
        case plain, withStatus, withAgent, withTeam

        var needs: Set<AgentRight> { [.withAgent, .withTeam].contains(self) ? [.assign] : [] }
    }
}

extension RightsTable.AgentCase {
    /// - Parameter isClosed: in the department that only those may put tickets into who have them all; else in the one of all the tickets.
    func outcome(of creation: RightsTable.Creation, isClosed: Bool) -> RightsTable.Outcome {
        if isAdmin { return .done }
        let mayAssign = isClosed ? desk == .all : desk != .none
        return mayAssign && creation.needs.isSubset(of: rights) ? .done : .forbidden
    }
}

// Users.
extension RightsTable {
    /// What the ticket is to the user.
    enum UserRelation: String, CaseIterable {
        case own
        /// Of somebody else in an organization.
        case organizations
        case onCopy, strangers
    }

    enum UserState: String, CaseIterable {
        case awaitingUser, resolvedLately, resolvedLongAgo, spam, deleted

        var isHidden: Bool { self == .spam || self == .deleted }
    }

    struct UserCase {
        var name: String
        var rights: Set<UserRight>
        /// Whether the user is of that organization, or of none.
        var isMember: Bool
    }

    /// Users with no right, with everything, with each alone, and with everything but one each; of the organization and of none.
    static let users: [UserCase] = {
        let every = Set(UserRight.allCases)
        var grants: [Set<UserRight>] = [[], every]
        for right in UserRight.allCases {
            let one: Set<UserRight> = [right]
            grants += [one, every.subtracting(one)]
        }
        return grants.flatMap { (rights: Set<UserRight>) -> [UserCase] in
            let name = rights.map(\.rawValue).sorted().joined(separator: ", ")
            return [
                UserCase(name: "member who may \(name)", rights: rights, isMember: true),
                UserCase(name: "stranger who may \(name)", rights: rights, isMember: false),
            ]
        }
    }()
}

extension RightsTable.UserCase {
    func outcome(
        of act: RightsTable.Act, on relation: RightsTable.UserRelation, _ state: RightsTable.UserState
    ) -> RightsTable.Outcome {
        switch act {
        case .read, .messages, .copies, .liveSessions: isConcerned(by: relation) && !state.isHidden ? .done : .notFound
        // A colleague never meets a hidden ticket, not even to write on.
        case .reply where relation == .organizations && state.isHidden: .notFound
        case .reply: isConcerned(by: relation) ? outcomeOfMessage(state) : .notFound
        default: .forbidden
        }
    }

    /// What the helpdesk does with late messages is as it was at the start: they open new tickets.
    private func outcomeOfMessage(_ state: RightsTable.UserState) -> RightsTable.Outcome {
        let opening: RightsTable.Outcome = rights.contains(.openTickets) ? .followUp : .conflict
        return switch state {
        case .awaitingUser, .spam: .done
        case .resolvedLately: rights.contains(.reopen) ? .done : opening
        case .resolvedLongAgo, .deleted: opening
        }
    }

    func sees(_ relation: RightsTable.UserRelation, _ state: RightsTable.UserState) -> Bool {
        isConcerned(by: relation) && !state.isHidden
    }

    private func isConcerned(by relation: RightsTable.UserRelation) -> Bool {
        switch relation {
        case .own: rights.contains(.viewOwn)
        case .organizations: isMember && rights.contains(.viewOrganization)
        case .onCopy: true
        case .strangers: false
        }
    }
}
