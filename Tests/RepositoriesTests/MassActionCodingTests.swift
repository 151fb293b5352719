import Domain
import Support
import Testing

@testable import Repositories

@Suite("What a mass action does, as it is kept")
struct MassActionCodingTests {
    /// Texts that a careless writer would break.
    private static let hard = MessageBody(unchecked: "\"It's\" {done}\n\u{1}\\ – ✓ \u{1F600}", format: .text)

    /// Does not compile when a kind is added: then it must survive being kept, too.
    private static func actions(of kind: TicketAction.Kind) -> [TicketAction] {
        let choices: [VisibleStatus?] = [nil] + VisibleStatus.allCases.map { Optional($0) }
        let html = MessageBody(unchecked: "<p>Done</p>", format: .html)
        switch kind {
        case .setStatus: return VisibleStatus.allCases.map { .setStatus($0) }
        case .assign:
            let agents: [TicketPatch.Assignment<Agent>?] = [nil, .nobody, .to(ID(7))]
            let teams: [TicketPatch.Assignment<Team>?] = [nil, .nobody, .to(ID(.max))]
            return agents.flatMap { agent in teams.map { .assign(agent: agent, team: $0) } }
        case .setDepartment: return [.setDepartment(ID(3))]
        case .setPriority: return Priority.allCases.map { .setPriority($0) }
        case .setUrgency: return Urgency.range.compactMap { Urgency($0).map { .setUrgency($0) } }
        case .labels:
            let labels = ["b", "a", "with \"quotes\"", "ümlaut"].map { Label(unchecked: $0) }
            return [.labels(add: labels, remove: []), .labels(add: [], remove: labels), .labels(add: [], remove: [])]
        case .setFields:
            let values: [FieldValue?] = [
                nil, .text(hard.content), .text(""), .number(7), .number(-0.5), .number(1e15), .number(123.456), .boolean(true),
                .boolean(false), .choices(["b", "a"]), .choices([]),
            ]
            let one = values.map { TicketAction.setFields([FieldKey(unchecked: "order_no"): $0]) }
            let keys = values.indices.map { FieldKey(unchecked: "field_\($0)") }
            return one + [.setFields(Dictionary(uniqueKeysWithValues: zip(keys, values))), .setFields([:])]
        case .reply: return choices.flatMap { [.reply(hard, status: $0), .reply(html, status: $0)] }
        case .note: return [.note(hard), .note(html)]
        case .spam: return [.hide(.spam)]
        case .delete: return [.hide(.deleted)]
        case .restore: return choices.map { .restore($0) }
        case .purge: return [.purge]
        case .undo: return [.undo]
        }
    }

    @Test("Every action comes back as it was asked for", arguments: TicketAction.Kind.allCases)
    func roundTrip(_ kind: TicketAction.Kind) throws {
        let actions = Self.actions(of: kind)
        for action in actions { #expect(try ActionsColumn.actions(ActionsColumn.json([action])) == [action]) }
        let kept = try ActionsColumn.actions(ActionsColumn.json(actions))
        #expect(kept == actions && !actions.isEmpty && actions.allSatisfy { $0.kind == kind })
    }

    @Test("Several come back in their order")
    func several() throws {
        var generator = SeededGenerator(seed: 12)
        let every = TicketAction.Kind.allCases.flatMap { Self.actions(of: $0) }
        for _ in 0..<200 {
            let actions = Array(every.shuffled(using: &generator).prefix(Int.random(in: 0...6, using: &generator)))
            #expect(try ActionsColumn.actions(ActionsColumn.json(actions)) == actions)
        }
    }

    @Test("The times of a ticket come back to the millisecond, and what there was not, there is not")
    func clocks() throws {
        let time = Timestamp(milliseconds: 1_795_412_700_123)
        for bits in 0..<16 {
            let clocks = TicketClocks(
                statusChangedAt: time, hiddenAt: bits & 1 > 0 ? time.advanced(bySeconds: 1) : nil,
                hiddenFrom: bits & 2 > 0 ? VisibleStatus.allCases[bits % 4] : nil,
                resolvedAt: bits & 4 > 0 ? time.advanced(bySeconds: 2) : nil,
                userWaitingSince: bits & 8 > 0 ? time.advanced(bySeconds: 3) : nil, userWaited: Int64(bits) * 1_000_003)
            #expect(try ClockColumn.clocks(ClockColumn.json(clocks)) == clocks)
        }
    }
}
