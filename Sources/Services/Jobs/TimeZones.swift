import Domain
import Foundation

extension ZoneRules {
    /// The rules of an IANA zone such as `Europe/London`, as Foundation knows them; `nil` for a name it does not know.
    package init?(identifier: String) {
        // Foundation also takes PST and GMT+3, which are no zones and mean something else to others.
        guard identifier.contains("/") || ["UTC", "GMT"].contains(identifier), let zone = TimeZone(identifier: identifier) else {
            return nil
        }
        self.init { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0.milliseconds) / 1000)) }
    }
}
