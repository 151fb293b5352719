/// The number of one kind of thing; a ticket's cannot be passed where a user's is wanted. Counted per tenant where the thing is a tenant's.
package struct ID<Entity>: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package var description: String { String(value) }

    package static func < (one: Self, other: Self) -> Bool { one.value < other.value }
}
