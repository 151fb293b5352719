import Domain
import Support
import Testing

/// The table of domain.md turned round: a row an event, a column a status, in the cell what comes of it.
///
/// A: awaits an agent, U: awaits the user, P: pending, R: resolved; sA … sR: spam, hidden from that status; dA … dR: deleted likewise.
/// `new`: a new ticket, linked to this one. With `!`: refused, see `meanings`.
enum TransitionTable {
    struct Row: Sendable, CustomTestStringConvertible {
        let event: TicketEvent
        let cells: String

        init(_ event: TicketEvent, _ cells: String) {
            self.event = event
            self.cells = cells
        }

        var testDescription: String { "\(event)" }
    }

    struct Cell: Hashable {
        let status: TicketStatus
        let event: TicketEvent
    }

    static let columns: [TicketStatus] = [
        .visible(.awaitingAgent), .visible(.awaitingUser), .visible(.pending), .visible(.resolved),
        .hidden(.spam, from: .awaitingAgent), .hidden(.spam, from: .awaitingUser),
        .hidden(.spam, from: .pending), .hidden(.spam, from: .resolved),
        .hidden(.deleted, from: .awaitingAgent), .hidden(.deleted, from: .awaitingUser),
        .hidden(.deleted, from: .pending), .hidden(.deleted, from: .resolved),
    ]

    // swift-format-ignore
    static let rows: [Row] = [
        //                                A      U      P      R       sA     sU     sP     sR      dA     dU     dP     dR
        Row(.agentReply(nil),            "U      U      U      U       reply! reply! reply! reply!  reply! reply! reply! reply!"),
        Row(.agentReply(.awaitingAgent), "A      A      A      A       reply! reply! reply! reply!  reply! reply! reply! reply!"),
        Row(.agentReply(.awaitingUser),  "U      U      U      U       reply! reply! reply! reply!  reply! reply! reply! reply!"),
        Row(.agentReply(.pending),       "P      P      P      P       reply! reply! reply! reply!  reply! reply! reply! reply!"),
        Row(.agentReply(.resolved),      "R      R      R      R       reply! reply! reply! reply!  reply! reply! reply! reply!"),
        Row(.userMessage(.reopens),      "A      A      A      A       sA     sU     sP     sR      new    new    new    new"),
        Row(.userMessage(.refuse),       "A      A      A      late!   sA     sU     sP     sR      new    new    new    new"),
        Row(.userMessage(.followUp),     "A      A      A      new     sA     sU     sP     sR      new    new    new    new"),
        Row(.automaticReply,             "A      U      P      R       sA     sU     sP     sR      dA     dU     dP     dR"),
        Row(.note,                       "A      U      P      R       sA     sU     sP     sR      dA     dU     dP     dR"),
        Row(.setStatus(.awaitingAgent),  "A      A      A      A       set!   set!   set!   set!    set!   set!   set!   set!"),
        Row(.setStatus(.awaitingUser),   "U      U      U      U       set!   set!   set!   set!    set!   set!   set!   set!"),
        Row(.setStatus(.pending),        "P      P      P      P       set!   set!   set!   set!    set!   set!   set!   set!"),
        Row(.setStatus(.resolved),       "R      R      R      R       set!   set!   set!   set!    set!   set!   set!   set!"),
        Row(.hide(.spam),                "sA     sU     sP     sR      same!  same!  same!  same!   sA     sU     sP     sR"),
        Row(.hide(.deleted),             "dA     dU     dP     dR      dA     dU     dP     dR      same!  same!  same!  same!"),
        Row(.restore(nil),               "shown! shown! shown! shown!  A      U      P      R       A      U      P      R"),
        Row(.restore(.awaitingAgent),    "shown! shown! shown! shown!  A      A      A      A       A      A      A      A"),
        Row(.restore(.awaitingUser),     "shown! shown! shown! shown!  U      U      U      U       U      U      U      U"),
        Row(.restore(.pending),          "shown! shown! shown! shown!  P      P      P      P       P      P      P      P"),
        Row(.restore(.resolved),         "shown! shown! shown! shown!  R      R      R      R       R      R      R      R"),
        Row(.purge,                      "purge! purge! purge! purge!  gone   gone   gone   gone    gone   gone   gone   gone"),
    ]

    static let meanings: [String: Result<TicketOutcome, Refusal>] = {
        var meanings: [String: Result<TicketOutcome, Refusal>] = [
            "new": .success(.followUp),
            "gone": .success(.gone),
            "reply!": .failure(.conflict(.replyToHidden)),
            "late!": .failure(.conflict(.resolvedForGood)),
            "set!": .failure(.conflict(.statusOfHidden)),
            "same!": .failure(.conflict(.alreadyInStatus)),
            "shown!": .failure(.conflict(.notHidden)),
            "purge!": .failure(.conflict(.visibleIsNeverPurged)),
        ]
        let letters: [String: VisibleStatus] = ["A": .awaitingAgent, "U": .awaitingUser, "P": .pending, "R": .resolved]
        for (letter, status) in letters {
            meanings[letter] = .success(.status(.visible(status)))
            meanings["s" + letter] = .success(.status(.hidden(.spam, from: status)))
            meanings["d" + letter] = .success(.status(.hidden(.deleted, from: status)))
        }
        return meanings
    }()

    /// What the row says of each status.
    static func cells(of row: Row) throws -> [(cell: Cell, expected: Result<TicketOutcome, Refusal>)] {
        let words = row.cells.split(separator: " ").map { String($0) }
        try #require(words.count == columns.count, "the row of \(row.event) has \(words.count) cells")
        var cells: [(cell: Cell, expected: Result<TicketOutcome, Refusal>)] = []
        for (status, word) in zip(columns, words) {
            let meaning = try #require(meanings[word], "the table does not explain \(word)")
            cells.append((cell: Cell(status: status, event: row.event), expected: meaning))
        }
        return cells
    }

    static let everyEvent: [TicketEvent] = {
        let kinds: [TicketEvent] = [
            .agentReply(nil), .userMessage(.reopens), .automaticReply, .note, .setStatus(.pending), .hide(.spam), .restore(nil), .purge,
        ]
        return kinds.flatMap { variants(of: $0) }
    }()

    /// Does not compile when a kind of event is added: then `kinds` and the table need it, too.
    private static func variants(of event: TicketEvent) -> [TicketEvent] {
        let choices: [VisibleStatus?] = [nil] + VisibleStatus.allCases.map { Optional($0) }
        switch event {
        case .agentReply: return choices.map { .agentReply($0) }
        case .userMessage: return LateMessage.allCases.map { .userMessage($0) }
        case .automaticReply: return [.automaticReply]
        case .note: return [.note]
        case .setStatus: return VisibleStatus.allCases.map { .setStatus($0) }
        case .hide: return HiddenStatus.allCases.map { .hide($0) }
        case .restore: return choices.map { .restore($0) }
        case .purge: return [.purge]
        }
    }
}

extension TicketStatus {
    /// `after` as a value, so that refusals are compared like everything else.
    func result(of event: TicketEvent) -> Result<TicketOutcome, Refusal> {
        do throws(Refusal) {
            return .success(try after(event))
        } catch {
            return .failure(error)
        }
    }
}

extension TicketEvent {
    fileprivate var hides: Bool {
        if case .hide = self { true } else { false }
    }

    fileprivate var restores: Bool {
        if case .restore = self { true } else { false }
    }
}

@Suite("The status of a ticket")
struct TicketStatusTests {
    @Test("An event does to each status what the table says", arguments: TransitionTable.rows)
    func table(_ row: TransitionTable.Row) throws {
        for (cell, expected) in try TransitionTable.cells(of: row) {
            let result = cell.status.result(of: cell.event)
            #expect(result == expected, "\(cell.event) on \(cell.status)")
        }
    }

    @Test("The table has every status with every event, each pair once")
    func complete() throws {
        var covered: [TransitionTable.Cell] = []
        for row in TransitionTable.rows { covered += try TransitionTable.cells(of: row).map { $0.cell } }
        let pairs = TicketStatus.all.flatMap { status in
            TransitionTable.everyEvent.map { TransitionTable.Cell(status: status, event: $0) }
        }
        #expect(covered.count == 12 * 22)
        #expect(pairs.count == covered.count)
        #expect(Set(covered) == Set(pairs))
    }

    @Test("There are four visible statuses, and spam and deleted from each of them, under six names")
    func all() {
        #expect(Set(TicketStatus.all).count == 12)
        #expect(TicketStatus.all.count == 12)
        let visibleNames = TicketStatus.all.filter { !$0.isHidden }.map(\.name)
        let hiddenNames = Set(TicketStatus.all.filter(\.isHidden).map(\.name)).sorted()
        #expect(visibleNames == ["awaiting_agent", "awaiting_user", "pending", "resolved"])
        #expect(hiddenNames == ["deleted", "spam"])
        for status in TicketStatus.all { #expect((status.hiddenFrom != nil) == status.isHidden, "\(status)") }
    }

    @Test("A new ticket awaits an agent, unless an agent chose another visible status")
    func created() {
        #expect(TicketStatus.created() == .visible(.awaitingAgent))
        for chosen in VisibleStatus.allCases { #expect(TicketStatus.created(chosen: chosen) == .visible(chosen)) }
    }

    @Test("Whatever happens in whatever order, only hiding hides, only restoring shows, and only a purge of what is hidden ends a ticket")
    func walks() throws {
        var generator = SeededGenerator(seed: 1)
        var hidden = 0
        var shown = 0
        var gone = 0
        for sequence in 1...1000 {
            var status = TicketStatus.created(chosen: VisibleStatus.allCases.randomElement(using: &generator))
            events: for _ in 1...40 {
                let event = try #require(TransitionTable.everyEvent.randomElement(using: &generator))
                switch status.result(of: event) {
                case .failure, .success(.followUp):
                    continue
                case .success(.gone):
                    #expect(event == .purge, "sequence \(sequence)")
                    #expect(status.isHidden, "sequence \(sequence)")
                    gone += 1
                    break events
                case .success(.status(let next)):
                    switch (status, next) {
                    case (.visible(let before), .hidden(_, let from)):
                        #expect(event.hides, "sequence \(sequence): \(event) on \(status)")
                        #expect(from == before, "sequence \(sequence)")
                        hidden += 1
                    case (.hidden, .visible):
                        #expect(event.restores, "sequence \(sequence): \(event) on \(status)")
                        shown += 1
                    case (.hidden(_, let before), .hidden(_, let from)):
                        #expect(from == before, "sequence \(sequence): \(event) on \(status)")
                    case (.visible, .visible):
                        break
                    }
                    status = next
                }
            }
        }
        // Otherwise the walk proves nothing.
        #expect(min(hidden, shown, gone) > 100)
    }

    @Test("Hidden and restored, a ticket has the status it had, also by way of the other hidden status", arguments: VisibleStatus.allCases)
    func restored(_ before: VisibleStatus) throws {
        let ways: [[HiddenStatus]] = [[.spam], [.deleted], [.spam, .deleted], [.deleted, .spam], [.spam, .deleted, .spam]]
        for way in ways {
            var status = TicketStatus.visible(before)
            for hidden in way {
                let outcome = try status.after(.hide(hidden))
                status = .hidden(hidden, from: before)
                #expect(outcome == .status(status), "by way of \(way)")
            }
            let outcome = try status.after(.restore(nil))
            #expect(outcome == .status(.visible(before)), "by way of \(way)")
        }
    }

    @Test("A note and an automatic reply change no status", arguments: TicketStatus.all)
    func silent(_ status: TicketStatus) throws {
        for event in [TicketEvent.note, .automaticReply] {
            let outcome = try status.after(event)
            #expect(outcome == .status(status), "\(event)")
        }
    }
}
