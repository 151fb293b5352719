import Foundation
import Postgres

/// The database's shape, as this binary was built with it.
package enum Schema {
    package struct Check: Sendable {
        package var name: String
        /// Must return no row; a row's `fault` says what is wrong.
        package var sql: String
    }

    /// `migrations/NNNN_name.sql` in order.
    package static let migrations: [Migration] = files(in: "migrations").enumerated().map { index, file in
        let parts = file.name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, Int(parts[0]) == index + 1 else {
            preconditionFailure("sql/migrations must be numbered from 0001 without gaps: \(file.name)")
        }
        return Migration(version: index + 1, name: String(parts[1]), sql: file.text)
    }

    /// `checks/*.sql`.
    package static let checks: [Check] = files(in: "checks").map { Check(name: $0.name, sql: $0.text) }

    /// To be run once per cluster by a superuser.
    package static let roles: String = {
        guard let url = Bundle.module.url(forResource: "roles", withExtension: "sql"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { preconditionFailure("deskyard_Schema.resources must lie beside the program") }
        return text
    }()

    private static func files(in folder: String) -> [(name: String, text: String)] {
        let urls = (Bundle.module.urls(forResourcesWithExtension: "sql", subdirectory: folder) ?? []).map { $0 as URL }
        return urls.map { ($0.deletingPathExtension().lastPathComponent, $0) }
            .sorted { $0.0 < $1.0 }
            .map { name, url in
                guard let text = try? String(contentsOf: url, encoding: .utf8) else { preconditionFailure("cannot read \(url.path)") }
                return (name, text)
            }
    }

    /// Runs every check and answers what is wrong, as `check: fault`.
    package static func faults(on address: ServerAddress) async throws -> [String] {
        try await ScriptSession.run(on: address) { session in
            try checks.flatMap { check in try session.run(check.sql).map { "\(check.name): \($0.first.flatMap { $0 } ?? "")" } }
        }
    }
}
