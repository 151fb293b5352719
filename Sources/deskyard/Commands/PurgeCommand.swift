import ArgumentParser
import Domain
import Services

struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Proves what was purged.",
        discussion: """
            EXAMPLES
              deskyard purge verify
              deskyard purge verify --tenant acme
            """,
        subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Goes through the chain of purge receipts; the exit code says whether anything is wrong.",
            discussion: """
                Every purge leaves a receipt whose hash covers the one before: none can be
                changed, taken out or put in without breaking what follows.

                One line for each helpdesk, with tabs between: short name, receipts, hash of
                the last one, and ok or what is wrong. Keep the lines somewhere else: beside
                them even a chain shows that was written anew or cut short at its end.

                EXAMPLES
                  deskyard purge verify --tenant acme
                  deskyard purge verify >> /mnt/elsewhere/receipts.txt || echo "look at it"
                """)

        @Option(help: "Short name of the helpdesk; all of them if not given.") var tenant: String?
        @OptionGroup var options: SettingOptions

        func run() async throws {
            var isWhole = true
            try await withApp(options) { app in
                func verify(_ slug: Slug) async throws {
                    let chain = try await app.installation.verifyPurges(in: slug)
                    let verdict = chain.faults.isEmpty ? "ok" : chain.faults.map(\.sentence).joined(separator: "; ")
                    print("\(slug.text)\t\(chain.receipts)\t\(chain.lastHash.hexadecimal)\t\(verdict)")
                    isWhole = isWhole && chain.faults.isEmpty
                }
                if let tenant { return try await verify(parsed(slug: tenant)) }
                var last: Slug?
                repeat {
                    let page = try await app.installation.listTenants(after: last, limit: 200)
                    for tenant in page.items { try await verify(tenant.slug) }
                    last = page.next
                } while last != nil
            }
            if !isWhole { throw ExitCode.failure }
        }
    }
}

extension PurgeChainFault {
    fileprivate var sentence: String {
        switch self {
        case .gap(let expected, let found): "receipt \(found) stands where \(expected) should"
        case .broken(let number): "receipt \(number) does not follow from the one before"
        case .altered(let number): "receipt \(number) was changed"
        case .contradicted(let run): "purge run \(run) has ended without a receipt, or with other figures"
        }
    }
}
