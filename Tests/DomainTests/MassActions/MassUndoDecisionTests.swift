import Support
import Testing

@testable import Domain

private typealias Result = MassDecisionTable.Result

@Suite("Whether a change is taken back")
struct MassUndoDecisionTests {
    /// A ticket before and after a mass action, as the history has it.
    private struct Change {
        let old: Ticket
        var new: Ticket

        init(_ actions: [TicketAction], _ status: TicketStatus, _ prepare: (inout Ticket) -> Void = { _ in }) throws {
            var ticket = ActionSamples.ticket(status)
            prepare(&ticket)
            old = ticket
            new = ticket
            try new.apply(actions, ActionSamples.configuration, at: ActionSamples.at(60))
            new.version += 1
            new.updatedAt = ActionSamples.at(60)
        }

        var image: BeforeImage { BeforeImage(of: old, in: new) }

        func verdict(
            by rights: AgentRights = ActionSamples.admin, image: BeforeImage?, version: Int64? = nil,
            _ configuration: Configuration = ActionSamples.configuration
        ) -> MassDecision.Verdict {
            // The version that the mass action made; of a snapshot of what was done nothing else is known.
            let seen = SnapshotTicket(id: new.id, version: version ?? new.version, status: "", messageCount: 0)
            return MassDecision([.undo], by: rights, configuration).verdict(on: new, seen: seen, before: image, at: ActionSamples.at(90))
        }

        func result(by rights: AgentRights = ActionSamples.admin, _ configuration: Configuration = ActionSamples.configuration) -> Result {
            Result(verdict(by: rights, image: image, configuration))
        }
    }

    @Test("A ticket that nothing has happened to since goes back; one that has changed, however little, is left alone")
    func untouched() throws {
        for status in TransitionTable.columns {
            let change = try Change([.setUrgency(Urgency(7)!)], status)
            #expect(change.result() == .status(status))
            let later = change.verdict(image: change.image, version: change.new.version - 1)
            #expect(Result(later) == .skip(.changedSince))
        }
    }

    @Test("Where the history does not say what was before, nothing is guessed")
    func noImage() throws {
        let change = try Change([.hide(.spam)], .visible(.pending))
        #expect(Result(change.verdict(image: nil)) == .skip(.changedSince))
        let unreadable = BeforeImage(changes: [FieldChange("status", from: .text("lost"), to: .text("spam"))], clocks: change.old.clocks)
        #expect(Result(change.verdict(image: unreadable)) == .fail(["invalid", "status irreversible"]))
    }

    @Test("Where nothing but something said was added, there is nothing to take back")
    func onlySaid() throws {
        let note = try Change([.note(ActionSamples.text)], .visible(.pending))
        #expect(note.result() == .skip(.already))
        let reply = try Change([.reply(ActionSamples.text, status: .pending)], .visible(.pending))
        #expect(reply.result() == .skip(.already))
    }

    // MARK: Who may

    private static let needed: [(actions: [TicketAction], from: TicketStatus, rights: Set<AgentRight>)] = [
        ([.setStatus(.resolved)], .visible(.pending), [.setStatus]),
        ([.reply(ActionSamples.text, status: .resolved)], .visible(.pending), [.setStatus]),
        ([.hide(.deleted)], .visible(.pending), [.restore]),
        ([.hide(.spam)], .visible(.resolved), [.restore]),
        ([.restore(nil)], .hidden(.deleted, from: .pending), [.delete]),
        ([.restore(.resolved)], .hidden(.spam, from: .pending), [.delete, .markSpam]),
        ([.hide(.spam)], .hidden(.deleted, from: .pending), [.delete]),
        ([.hide(.deleted)], .hidden(.spam, from: .pending), [.delete, .markSpam]),
        ([.assign(agent: .nobody, team: nil)], .visible(.pending), [.assign]),
        ([.assign(agent: nil, team: .to(ID(1)))], .hidden(.spam, from: .pending), [.assign]),
        ([.setDepartment(ID(2))], .visible(.pending), [.assign]),
        ([.setPriority(.high)], .visible(.pending), [.editFields]),
        ([.setUrgency(Urgency(7)!)], .visible(.pending), [.editFields]),
        ([.labels(add: [], remove: [Label(unchecked: "old")])], .visible(.pending), [.editFields]),
        ([.setFields([ActionSamples.pieces: .number(3)])], .visible(.pending), [.editFields]),
        ([.setStatus(.resolved), .setPriority(.high), .setDepartment(ID(2))], .visible(.pending), [.setStatus, .editFields, .assign]),
    ]

    @Test("To take something back takes what doing the opposite takes, and the right to mass actions")
    func rights() throws {
        for (actions, status, needed) in Self.needed {
            let change = try Change(actions, status)
            let granted = AgentRights(isAdmin: false, granted: needed.union([.massActions]))
            #expect(change.result(by: granted) == .status(status), "\(actions)")
            for missing in granted.granted {
                let less = AgentRights(isAdmin: false, granted: granted.granted.subtracting([missing]))
                #expect(change.result(by: less) == .skip(.noPermission), "\(actions) without \(missing)")
            }
        }
    }

    @Test("A ticket goes back into a department only by who may put tickets there")
    func departments() throws {
        let change = try Change([.setDepartment(ID(2))], .visible(.pending))
        var rights = ActionSamples.everything
        rights.departments = [ID(2): .full]
        #expect(change.result(by: rights) == .skip(.noPermission))
        rights.departments = [ID(2): .full, ID(1): .assign]
        #expect(change.result(by: rights) == .status(.visible(.pending)))
        // What stays where it is needs no such thing.
        let other = try Change([.setPriority(.high)], .visible(.pending))
        rights.departments = [ID(2): .full]
        #expect(other.result(by: rights) == .status(.visible(.pending)))
    }

    // MARK: Where it goes back to

    @Test("A ticket does not go back to a department or a team that is gone")
    func gone() throws {
        let change = try Change([.setDepartment(ID(2)), .assign(agent: nil, team: .to(ID(1)))], .visible(.pending)) { $0.teamID = ID(2) }
        var configuration = ActionSamples.configuration
        #expect(change.result(configuration) == .status(.visible(.pending)))
        configuration.teams[ID(2)] = nil
        #expect(change.result(configuration) == .fail(["invalid", "team_id gone"]))
        configuration.departments[ID(1)] = nil
        #expect(change.result(configuration) == .fail(["invalid", "department_id gone", "team_id gone"]))
    }

    @Test("A team that is gone, but that the ticket has all the time, keeps nothing from being taken back")
    func sameTeam() throws {
        let change = try Change([.setPriority(.high)], .visible(.pending)) { $0.teamID = ID(9) }
        #expect(change.result() == .status(.visible(.pending)))
    }
}
