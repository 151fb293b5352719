/// What tickets a queue has: all of `all` must hold, and one of `any` if there are any. Where nothing is said, every visible ticket.
///
/// Kept as it was said: what it means depends on what the helpdesk has set up, and on who looks at the queue when. `faults` says what is wrong
/// with it, and `resolved` what it means.
package struct QueueCriteria: Equatable, Sendable {
    package var all: [QueueCriterion]
    package var any: [QueueCriterion]

    package init(all: [QueueCriterion] = [], any: [QueueCriterion] = []) {
        self.all = all
        self.any = any
    }

    package static let deepest = 5
    package static let mostConditions = 50
    /// In bytes: criteria are read whenever queues are listed or counted.
    package static let longest = 65_536

    package var isEmpty: Bool { all.isEmpty && any.isEmpty }
}

package indirect enum QueueCriterion: Equatable, Sendable {
    case condition(QueueCondition)
    case group(QueueCriteria)
}

/// `{"field": "urgency", "op": "at_least", "value": 5}`, in the words of whoever said it.
package struct QueueCondition: Equatable, Sendable {
    package var field: String
    package var op: String
    package var value: QueueValue

    package init(_ field: String, _ op: String, _ value: QueueValue = .nothing) {
        self.field = field
        self.op = op
        self.value = value
    }
}

/// What JSON can say in one place.
package enum QueueValue: Equatable, Sendable {
    /// Null, or not given.
    case nothing
    case text(String)
    case integer(Int64)
    case number(Double)
    case flag(Bool)
    case list([QueueValue])
}

extension QueueCriteria {
    /// In bytes, about as it is written down.
    package var length: Int { (all + any).reduce(24) { $0 + $1.length } }
}

extension QueueCriterion {
    fileprivate var length: Int {
        switch self {
        case .condition(let condition): 32 + condition.field.utf8.count + condition.op.utf8.count + condition.value.length
        case .group(let group): group.length
        }
    }
}

extension QueueValue {
    fileprivate var length: Int {
        switch self {
        case .nothing, .flag: 5
        case .text(let text): 3 + text.utf8.count
        case .integer, .number: 20
        case .list(let values): values.reduce(2) { $0 + $1.length }
        }
    }
}
