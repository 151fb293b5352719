@testable import Domain

/// What an action of an admin makes of a ticket that is as it was in the snapshot: a row an action, a column a status.
///
/// A, U, P, R, sA … dR: the status afterwards, see `TransitionTable`. `same`: nothing to do; `hidden`: only restoring changes it;
/// `visible`: not to be purged; `gone`: purged.
enum MassDecisionTable {
    enum Result: Equatable {
        case status(TicketStatus)
        case purge
        case skip(MassOutcome.SkipReason)
        case fail([String])

        init(_ verdict: MassDecision.Verdict) {
            switch verdict {
            case .change(let ticket): self = .status(ticket.status)
            case .purge: self = .purge
            case .leave(.skipped(let reason)): self = .skip(reason)
            case .leave(.failed(let reason, let faults)): self = .fail([reason.rawValue] + faults.map { "\($0.field) \($0.code)" })
            case .leave(.done): self = .fail(["done"])
            }
        }
    }

    // swift-format-ignore
    static let rows: [(action: TicketAction, cells: String)] = [
        //                                 A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR
        (.setStatus(.awaitingAgent),      "same A    A    A     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.setStatus(.awaitingUser),       "U    same U    U     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.setStatus(.pending),            "P    P    same P     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.setStatus(.resolved),           "R    R    R    same  hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.assign(agent: .nobody, team: .to(ID(2))),
                                          "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.assign(agent: .to(ID(4)), team: nil),
                                          "same same same same  same   same   same   same    same   same   same   same"),
        (.assign(agent: nil, team: nil),  "same same same same  same   same   same   same    same   same   same   same"),
        (.setDepartment(ID(2)),           "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.setDepartment(ID(1)),           "same same same same  same   same   same   same    same   same   same   same"),
        (.setPriority(.high),             "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.setPriority(.normal),           "same same same same  same   same   same   same    same   same   same   same"),
        (.setUrgency(Urgency(7)!),        "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.setUrgency(.lowest),            "same same same same  same   same   same   same    same   same   same   same"),
        (.labels(add: [new], remove: []), "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.labels(add: [old], remove: [new]),
                                          "same same same same  same   same   same   same    same   same   same   same"),
        (.setFields([ActionSamples.pieces: .number(3)]),
                                          "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.setFields([ActionSamples.pieces: nil]),
                                          "same same same same  same   same   same   same    same   same   same   same"),
        (.reply(ActionSamples.text, status: nil),
                                          "U    U    U    U     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.reply(ActionSamples.text, status: .awaitingAgent),
                                          "A    A    A    A     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.reply(ActionSamples.text, status: .resolved),
                                          "R    R    R    R     hidden hidden hidden hidden  hidden hidden hidden hidden"),
        (.note(ActionSamples.text),       "A    U    P    R     sA     sU     sP     sR      dA     dU     dP     dR"),
        (.hide(.spam),                    "sA   sU   sP   sR    same   same   same   same    sA     sU     sP     sR"),
        (.hide(.deleted),                 "dA   dU   dP   dR    dA     dU     dP     dR      same   same   same   same"),
        (.restore(nil),                   "same same same same  A      U      P      R       A      U      P      R"),
        (.restore(.pending),              "same same same same  P      P      P      P       P      P      P      P"),
        (.purge,                          "visible visible visible visible  gone gone gone gone  gone gone gone gone"),
    ]

    private static let new = Label(unchecked: "new")
    private static let old = Label(unchecked: "old")

    static func meaning(of cell: some StringProtocol) -> Result? {
        switch cell {
        case "gone": return .purge
        case "same": return .skip(.already)
        case "hidden", "visible": return MassOutcome.SkipReason(rawValue: String(cell)).map { .skip($0) }
        default:
            guard case .success(.status(let status))? = TransitionTable.meanings[String(cell)] else { return nil }
            return .status(status)
        }
    }
}
