import Domain
import Services

/// Makes tickets from seeded random numbers: the same seed, the same tickets.
struct BenchTickets: TicketGenerator {
    static let orderNumber = FieldKey(unchecked: "order_no")
    static let warranty = FieldKey(unchecked: "warranty")

    private var random: SplitMix64
    private let agent: ID<Agent>
    private let now: Timestamp

    init(seed: UInt64, agent: ID<Agent>, now: Timestamp) {
        random = SplitMix64(state: seed)
        self.agent = agent
        self.now = now
    }

    mutating func ticket(id: ID<Ticket>, messageID: ID<Message>, users: Int) -> (Ticket, Message) {
        let age = Int64.random(in: 0..<(180 * 86_400), using: &random)
        let created = now.advanced(bySeconds: -age)
        let changed = created.advanced(bySeconds: Int64.random(in: 0...max(1, age), using: &random))
        let status: TicketStatus =
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<15: .visible(.awaitingAgent)
            case 15..<25: .visible(.awaitingUser)
            case 25..<30: .visible(.pending)
            case 30..<90: .visible(.resolved)
            case 90..<96: .hidden(.spam, from: .awaitingAgent)
            default: .hidden(.deleted, from: .awaitingAgent)
            }
        let user = ID<User>(Int64.random(in: 1...Int64(users), using: &random))
        let ticket = Ticket(
            id: id, ref: .random(using: &random), subject: Subject(words(6)) ?? .none, status: status,
            hiddenAt: status.isHidden ? changed : nil,
            user: Ticket.Requester(id: user, name: nil, email: EmailAddress(unchecked: "user\(user)@bench.example")),
            agentID: Int.random(in: 0..<3, using: &random) == 0 ? nil : agent,
            fields: [
                Self.orderNumber: .text("A-\(Int.random(in: 1...99_999, using: &random))"),
                Self.warranty: .boolean(.random(using: &random)),
            ],
            channel: .api, messageCount: 1, createdAt: created,
            updatedAt: changed, statusChangedAt: changed, userWaitingSince: status == .visible(.awaitingAgent) ? created : nil,
            resolvedAt: status == .visible(.resolved) ? changed : nil)
        let body = MessageBody(words(40), format: .text) ?? MessageBody("word", format: .text)!
        return (ticket, Message(id: messageID, ticketID: id, kind: .userMessage, author: .user(user), body: body, createdAt: created))
    }

    /// Words as frequent as Zipf's law says, of a vocabulary of 20,000.
    private mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in
            let rank = Int(Double.random(in: 0..<1, using: &random) * 9.9).power(of: &random)
            return "word\(rank)"
        }.joined(separator: " ")
    }
}

extension Int {
    /// A rank between eˢ and eˢ⁺¹: uniform in the logarithm, which makes the k-th word 1/k as frequent as the first.
    fileprivate func power(of random: inout SplitMix64) -> Int {
        var low = 1.0
        for _ in 0..<self { low *= 2.718281828 }
        return Int(Double.random(in: low..<(low * 2.718281828), using: &random))
    }
}

/// Sebastiano Vigna's generator: small, quick and good enough for test data.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
