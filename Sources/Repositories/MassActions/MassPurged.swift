import Domain
import JSON
import Postgres

/// What a mass action has purged, by the status it had.
package typealias MassPurged = [HiddenStatus: PurgeFigures]

/// As it stands in a part: tickets, messages and bytes of each status.
enum PurgedColumn {
    static func json(_ purged: MassPurged) -> String? {
        if purged.isEmpty { return nil }
        var writer = JSONWriter(capacity: 128)
        writer.object { writer in
            for (status, figures) in purged {
                writer.key(dynamic: status.rawValue)
                writer.array([figures.purged, figures.messages, figures.bytes]) { $0.number($1) }
            }
        }
        return writer.text
    }

    static func purged(_ json: String?) throws -> MassPurged {
        guard let json else { return [:] }
        let members = try known(JSONValue(parsing: json.utf8).object)
        return try Dictionary(
            uniqueKeysWithValues: members.map { name, value in
                let figures = (value.array ?? []).compactMap(\.integer)
                guard figures.count == 3 else { throw PostgresError.decoding("figures of a purge") }
                return (try known(HiddenStatus(rawValue: name)), PurgeFigures(purged: figures[0], messages: figures[1], bytes: figures[2]))
            })
    }
}
