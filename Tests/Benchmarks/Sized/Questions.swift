import Domain
import Repositories
import Services

/// What one case asks one helpdesk: one statement, and what it is asked with, each as often as the others.
struct Questions {
    let all: [Question]
    /// The words in it are those of `placeholders`.
    let query: TicketQuery
    let measured: SizedCase

    /// In the place of words.
    static let placeholders = ["firstword", "secondword"]
}

struct Question {
    /// Numbers of words.
    let words: [Int]
    let path: String
}

extension SizedHelpdesk {
    /// As many as the API gives unless told.
    private static let limit = 50

    func questions(_ measured: SizedCase) throws -> Questions {
        switch measured {
        case .rare: try search(measured, words.rare.map { [$0] })
        case .middle: try search(measured, words.middle.map { [$0] })
        case .common, .newest: try search(measured, words.common.map { [$0] })
        case .twoWords: try search(measured, words.together.map { [$0.0, $0.1] })
        case .counts:
            Questions(
                all: [Question(words: [], path: "/v1/queues/counts")],
                query:
                    .counts(resolvedQueues(), limit: QueueCount.cap + 1, seenBy: access.sight), measured: measured)
        }
    }

    /// As `Helpdesk.search` does it.
    private func search(_ measured: SizedCase, _ words: [[Int]]) throws -> Questions {
        let text = Questions.placeholders.prefix(words.first?.count ?? 0).joined(separator: " ")
        let query = try SearchQuery(parsing: text)
        let search = TicketSearch(
            try query.resolved(in: access.configuration, caller: access.caller.agentID, at: Clock.system.now()),
            access.configuration.language)
        let page: TicketQuery =
            measured == .newest
            ? .newest(search, behind: nil, limit: Self.limit + 1, seenBy: access.sight)
            : .mostRelevant(search, .newest(behind: nil), limit: Self.limit + 1, seenBy: access.sight)
        let sort = measured == .newest ? "&sort=newest" : ""
        let questions = words.map { words in
            let text = words.map { "word\($0)" }.joined(separator: "%20")
            return Question(words: words, path: "/v1/search?q=\(text)&limit=\(Self.limit)\(sort)")
        }
        return Questions(all: questions, query: page, measured: measured)
    }
}
