import Domain
import Foundation
import Postgres
import Repositories

extension PgbenchScript {
    /// Statements as the service sends them. What is the same each time stays in variables `b2`, `b3` … as the service binds it; the words
    /// are chosen by `first` and `second`, their numbers.
    init(name: String, _ questions: Questions, of helpdesk: SizedHelpdesk) throws {
        let binds = questions.query.binds
        let given = binds.enumerated().map { index, bind in
            bind.isOfPlaceholders ? nil : (name: "b\(index + 2)", value: bind.asText)
        }
        let values = zip(binds, given).map { bind, given in
            given.map { ":\($0.name)::\(bind.typeName)" } ?? bind.placeholdersReplaced
        }
        let statement = Step.sql(Step.filled(questions.query.sql, [":tenant::bigint"] + values))
        self.init(
            name: name, values: given.compactMap(\.self), Self.choice(among: questions.all),
            questions.exchanges(asking: statement), of: helpdesk.tenant)
    }

    private static func choice(among questions: [Question]) -> [String] {
        guard questions.count > 1 else { return set(questions[0]) }
        let branches = questions.enumerated().flatMap { index, question in
            ["\(index == 0 ? "\\if" : "\\elif") :pick = \(index + 1)"] + set(question)
        }
        return ["\\set pick random(1, \(questions.count))"] + branches + ["\\endif"]
    }

    private static func set(_ question: Question) -> [String] { zip(["first", "second"], question.words).map { "\\set \($0) \($1)" } }
}

extension Questions {
    /// What the service sends for one request, a line for each exchange: see `Helpdesk.search` and `Helpdesk.countQueues`.
    fileprivate func exchanges(asking statement: Step) -> [[Step]] {
        let opening: [Step] = [.begin, .enterTenant, .requireToken]
        let planning: [Step] = isPlannedForValues ? TenantTransaction.planningForValues.map { .sql($0) } : []
        return measured == .counts
            ? [opening + [.run(TicketQueues.SQL.list, "0", ":agent", "'{}'", "100000")], planning + [statement], [.commit]]
            : [opening + planning + [statement], [.commit]]
    }

    /// Searches always are.
    private var isPlannedForValues: Bool { measured != .counts || query.isPlannedForValues }
}

extension Bind {
    var typeName: String {
        switch type {
        case .bool: "boolean"
        case .bytes: "bytea"
        case .bigint: "bigint"
        case .smallint: "smallint"
        case .integer: "integer"
        case .text, .varchar: "text"
        case .double: "double precision"
        case .timestamp: "timestamptz"
        case .json: "jsonb"
        case .bigints: "bigint[]"
        case .texts: "text[]"
        case .timestamps: "timestamptz[]"
        }
    }

    /// As the server reads it.
    var asText: String {
        switch self {
        case .bool(let value?): "\(value)"
        case .integer(let value?): "\(value)"
        case .bigint(let value?): "\(value)"
        case .double(let value?): "\(value)"
        case .text(let value?): value
        case .timestamp(let value?):
            Date(timeIntervalSince1970: Double(value) / 1e6).ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
        case .bigints(let values): "{\(values.map { $0.map(String.init) ?? "null" }.joined(separator: ","))}"
        case .texts(let values): "{\(values.map { "\"\($0 ?? "")\"" }.joined(separator: ","))}"
        default: preconditionFailure("no statement that is measured takes \(self)")
        }
    }

    fileprivate var isOfPlaceholders: Bool {
        if case .text(let text?) = self { Questions.placeholders.contains { text.contains($0) } } else { false }
    }

    /// The text with the words that are chosen in their place.
    fileprivate var placeholdersReplaced: String {
        guard case .text(let text?) = self else { return "null" }
        let words = text.split(separator: " ").map {
            $0 == Questions.placeholders[0] ? "'word' || :first::text" : "'word' || :second::text"
        }
        return "(\(words.joined(separator: " || ' ' || ")))"
    }

    /// With these words in their place.
    func saying(_ words: [Int]) -> Bind {
        guard case .text(let text?) = self else { return self }
        return .text(zip(Questions.placeholders, words).reduce(text) { $0.replacing($1.0, with: "word\($1.1)") })
    }
}
