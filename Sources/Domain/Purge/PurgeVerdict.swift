/// What somebody should look at after a purge run.
package enum PurgeVerdict: String, CaseIterable, Sendable {
    case usual
    /// Something was due and nothing was taken.
    case tookNothing = "took_nothing"
    /// Far more than the last runs took.
    case tookFarMore = "took_far_more"

    /// - Parameters:
    ///   - purged: what the run took.
    ///   - left: what is due and still there, tickets under legal hold apart.
    ///   - lately: what the runs before took.
    package init(purged: Int64, left: Int64, lately: [Int64]) {
        if purged == 0, left > 0 {
            self = .tookNothing
        } else if lately.count >= 3, purged > 100, purged > 10 * (lately.reduce(0, +) / Int64(lately.count)) {
            self = .tookFarMore
        } else {
            self = .usual
        }
    }
}
