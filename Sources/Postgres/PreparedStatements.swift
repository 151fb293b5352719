/// Which statements one connection has prepared, and under which names. Pure.
///
/// Bounded, because lists are composed from fragments and there is no end to their combinations: the statement used longest ago makes way.
struct PreparedStatements {
    enum Use: Equatable {
        /// The server knows it.
        case known(name: String)
        /// Prepare it under this name, after forgetting `evicting`.
        case new(name: String, evicting: String?)
    }

    private struct Entry {
        var name: String
        var lastUse: UInt64
        /// The server has confirmed the `Parse`; until then a later exchange may not rely on it.
        var confirmed: Bool
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var sqlByName: [String: String] = [:]
    private var uses: UInt64 = 0
    private var named: UInt64 = 0

    init(capacity: Int = 256) { self.capacity = capacity }

    mutating func use(_ sql: String) -> Use {
        uses += 1
        if let index = entries.index(forKey: sql) {
            entries.values[index].lastUse = uses
            return .known(name: entries.values[index].name)
        }
        var evicted: String?
        if entries.count >= capacity, let oldest = entries.filter(\.value.confirmed).min(by: { $0.value.lastUse < $1.value.lastUse }) {
            evicted = oldest.value.name
            forget(name: oldest.value.name)
        }
        named += 1
        let name = "s\(named)"
        entries[sql] = Entry(name: name, lastUse: uses, confirmed: false)
        sqlByName[name] = sql
        return .new(name: name, evicting: evicted)
    }

    mutating func confirm(name: String) {
        guard let sql = sqlByName[name] else { return }
        entries[sql]?.confirmed = true
    }

    /// After a failed exchange: what was not confirmed by then never came to be.
    mutating func forgetUnconfirmed() {
        for entry in entries.values where !entry.confirmed { forget(name: entry.name) }
    }

    private mutating func forget(name: String) {
        guard let sql = sqlByName.removeValue(forKey: name) else { return }
        entries[sql] = nil
    }
}
