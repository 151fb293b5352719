import Domain

/// A story as it is told once: when, with which words, and how far it is.
struct DemoTelling: Sendable {
    struct Scene: Sendable {
        var at: Timestamp
        /// Which of the tellings.
        var telling: Int
        /// Nil: it begins.
        var step: DemoStory.Step?
    }

    /// Nobody is always as quick.
    private static let percents: [Int64] = [60, 85, 100, 130, 170]

    let story: DemoStory
    private let number: Int
    private let round: Int
    private let begin: Timestamp
    var agent = ""
    var ticket = ID<Ticket>(0)
    var otherTicket = ID<Ticket>(0)
    var lastMessage = ID<Message>(0)

    /// All stories, spread over the seven days before `end`: first each of them once, then once more those that are told twice.
    static func all(of stories: [DemoStory], until end: Timestamp) -> [DemoTelling] {
        let rounds = stories.map(\.rounds).max() ?? 0
        let told = (0..<rounds).flatMap { round in stories.filter { $0.rounds > round }.map { (story: $0, round: round) } }
        return told.enumerated().map { number, told in
            // The golden section spreads any number of points evenly, and neighbours far from each other.
            let anywhere = (Double(number) * 0.618_034).truncatingRemainder(dividingBy: 1) * 7
            let day = told.story.day ?? anywhere
            let begin = end.advanced(byDays: -7).advanced(bySeconds: Int64(day * 86_400))
            return DemoTelling(told.story, number: number, round: told.round, begin: begin)
        }
    }

    private init(_ story: DemoStory, number: Int, round: Int, begin: Timestamp) {
        self.story = story
        self.number = number
        self.round = round
        self.begin = begin
        agent = text(story.agent)
    }

    var user: String { text(story.user) }

    func scenes(of telling: Int) -> [Scene] {
        var at = begin
        var scenes = [Scene(at: at, telling: telling)]
        for (index, step) in story.steps.enumerated() {
            let percent = Self.percents[(number * 3 + index * 7) % Self.percents.count]
            at = at.advanced(bySeconds: step.minutes * 60 * percent / 100 + Int64((number * 13 + index * 29) % 60))
            scenes.append(Scene(at: at, telling: telling, step: step))
        }
        return scenes
    }

    func text(_ raw: String) -> String {
        let chosen = raw.replacing(/\[([^\]]*)\]/) { match in
            let choices = match.1.split(separator: "|")
            return choices[round % choices.count]
        }
        guard chosen.contains("{") else { return chosen }
        let words: [String: String] = [
            "{order}": "A-\(1043 + number * 7)", "{soon}": String(begin.advanced(byDays: 14).description.prefix(10)),
            "{user}": firstName(user), "{agent}": firstName(agent),
        ]
        return words.reduce(chosen) { $0.replacing($1.key, with: $1.value) }
    }

    func value(_ raw: FieldValue) -> FieldValue {
        if case .text(let raw) = raw { .text(text(raw)) } else { raw }
    }

    private func firstName(_ name: String) -> String { String(name.prefix { $0 != " " }) }
}
