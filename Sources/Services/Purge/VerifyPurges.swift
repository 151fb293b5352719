import Domain
import Repositories

/// What is wrong with a helpdesk's chain of receipts.
package enum PurgeChainFault: Equatable, Sendable {
    /// This number is missing, or stands where another should.
    case gap(expected: Int64, found: Int64)
    /// It does not follow from the one before: that one was changed, or this one was put here.
    case broken(Int64)
    /// What it says was changed afterwards.
    case altered(Int64)
    /// A run that ended and has no receipt, or one with other figures.
    case contradicted(ID<PurgeRun>)
}

package struct PurgeChain: Equatable, Sendable {
    package var receipts: Int64
    /// What a copy that somebody keeps elsewhere is compared with.
    package var lastHash: [UInt8]
    package var faults: [PurgeChainFault]
}

extension Installation {
    /// Goes through a helpdesk's receipts from the first to the last.
    package func verifyPurges(in slug: Slug) async throws -> PurgeChain {
        let scope = try await scope(slug)
        var chain = PurgeChain(receipts: 0, lastHash: PurgeReceipt.noHash, faults: [])
        while true {
            let page = try await database.transaction(in: scope, at: clock.now()) { [after = chain.receipts] in
                $0.purgeReceipts.list(after: after, limit: 1000)
            }
            if page.isEmpty { break }
            for kept in page {
                let receipt = kept.receipt
                if receipt.number != chain.receipts + 1 { chain.faults.append(.gap(expected: chain.receipts + 1, found: receipt.number)) }
                if receipt.previousHash != chain.lastHash { chain.faults.append(.broken(receipt.number)) }
                if receipt.hash != kept.hash { chain.faults.append(.altered(receipt.number)) }
                chain.receipts = receipt.number
                chain.lastHash = kept.hash
            }
        }
        chain.faults += try await database.transaction(in: scope, at: clock.now()) { $0.purgeReceipts.contradicting() }.map {
            .contradicted($0)
        }
        return chain
    }
}
