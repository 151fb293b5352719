import Domain
import Foundation

extension Clock {
    package static let system = Clock { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
