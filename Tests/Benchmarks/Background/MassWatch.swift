import Foundation
import Glibc
import Postgres

/// Sees many mass actions end. One session looks for all of them: a hundred that each ask for themselves would be a load of their own.
struct MassWatch {
    struct Key: Hashable {
        var tenant: Int64
        var massAction: Int64
    }

    /// Microseconds between two looks: by so much a time may come out too long.
    private static let pause: UInt32 = 10_000
    /// Seconds.
    private static let patience = 120.0

    private let address: ServerAddress
    private let tenants: [Int64]
    private let count: Int

    /// - Parameter address: of somebody who sees every tenant's rows.
    init(on address: ServerAddress, over tenants: [Int64], expecting count: Int) {
        self.address = address
        self.tenants = tenants
        self.count = count
    }

    /// When each of them was first seen to have ended.
    func ends() async throws -> [Key: ContinuousClock.Instant] {
        let list = tenants.map(String.init).joined(separator: ", ")
        return try await ScriptSession.run(on: address) { [count] session in
            var seen: [Key: ContinuousClock.Instant] = [:]
            let start = ContinuousClock.now
            while seen.count < count {
                guard start.elapsed < Self.patience, !Interruption.happened else {
                    throw Failure("\(seen.count) of \(count) mass actions ended within \(whole(Self.patience)) s")
                }
                let rows = try session.run(
                    "select tenant_id, id from helpdesk.mass_actions where tenant_id in (\(list)) and finished_at is not null")
                let now = ContinuousClock.now
                for row in rows {
                    guard let tenant = row[0].flatMap({ Int64($0) }), let id = row[1].flatMap({ Int64($0) }) else { continue }
                    let key = Key(tenant: tenant, massAction: id)
                    seen[key] = seen[key] ?? now
                }
                usleep(Self.pause)
            }
            return seen
        }
    }
}
