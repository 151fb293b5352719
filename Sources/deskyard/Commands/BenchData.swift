import ArgumentParser
import Domain
import Foundation
import JSON
import Services

struct BenchData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-data", abstract: "Fills a database with helpdesks for measurements: always the same ones for the same seed.",
        discussion: """
            Tenants are as large as Zipf's law says: the second half the size of the first, the third a third. So are the words' frequencies.

            EXAMPLES
              deskyard bench-data --tickets 100000 --tenants 50 --output bench.json
            """)

    @Option(help: "Tickets in all.") var tickets = 100_000
    @Option(help: "Helpdesks.") var tenants = 50
    @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
    @Option(help: "File for the helpdesks' tokens and sizes.") var output = "bench.json"
    @OptionGroup var options: SettingOptions

    func validate() throws {
        guard tickets >= 1, tenants >= 1, tenants <= 1_000_000 else { throw ValidationError("--tickets and --tenants must be at least 1.") }
    }

    func run() async throws {
        try await withApp(options) { app in
            let sizes = zipfSizes(of: tickets, over: tenants)
            var made: [(slug: Slug, tenant: Tenant, tickets: Int, token: TokenText, tokenID: Int64, agent: Int64)] = []
            var done = 0
            for (index, size) in sizes.enumerated() {
                let slug = try parsed(slug: "bench-\(index + 1)")
                let tenant = try await app.installation.createTenant(.init(slug: slug.text, name: "Bench \(index + 1)", timeZone: "UTC"))
                let fields = try await makeFields(app, slug)
                let agent = try await app.installation.createAgent(
                    try address("agent@bench-\(index + 1).example"), name: "Agent", isAdmin: false, in: slug)
                let (token, record) = try await app.installation.createToken(for: .agent(agent.id), named: "bench", in: slug)
                var generator = BenchTickets(seed: seed &+ UInt64(index), agent: agent.id, now: Timestamp(milliseconds: 1_790_000_000_000))
                try await app.installation.load(
                    in: slug, users: max(1, size / 5), tickets: size, fields: fields, by: agent.id, from: &generator
                ) { count in
                    done += count
                    progress(done, of: tickets)
                }
                made.append((slug, tenant, size, token, record.id.value, agent.id.value))
            }
            print("")
            var writer = JSONWriter()
            writer.array(made) { writer, entry in
                writer.object { writer in
                    writer.key("slug")
                    writer.string(entry.slug.text)
                    writer.key("tenant_id")
                    writer.number(entry.tenant.id.value)
                    writer.key("tickets")
                    writer.number(entry.tickets)
                    writer.key("token")
                    writer.string(entry.token.text)
                    writer.key("token_id")
                    writer.number(entry.tokenID)
                    writer.key("agent_id")
                    writer.number(entry.agent)
                }
            }
            // Tokens are for the owner's eyes.
            umask(0o077)
            try Data(writer.bytes).write(to: URL(fileURLWithPath: output))
            print("wrote \(output)")
        }
    }

    /// As an admin makes them, so that the helpdesk is as any other.
    private func makeFields(_ app: App, _ slug: Slug) async throws -> [Field] {
        let admin = try await app.installation.createAgent(
            try address("admin@\(slug.text).example"), name: "Admin", isAdmin: true, in: slug)
        let (token, record) = try await app.installation.createToken(for: .agent(admin.id), named: "bench set-up", in: slug)
        var fields: [Field] = []
        for (key, kind, name) in [(BenchTickets.orderNumber, Field.Kind.text, "Order"), (BenchTickets.warranty, .boolean, "Warranty")] {
            let access = try await app.authenticator.refreshed(token.text)
            fields.append(try await app.helpdesk.createField(key, kind, named: name, FieldPatch(), access))
        }
        try await app.installation.revokeToken(record.id, in: slug)
        return fields
    }

    private func progress(_ done: Int, of all: Int) {
        if isatty(STDOUT_FILENO) == 1 {
            print("\r\(done) of \(all) tickets", terminator: "")
            fflush(nil)
        } else if done % 50_000 < 2000 || done == all {
            say("\(done) of \(all) tickets")
        }
    }
}

/// `total` split so that the k-th share is 1/k of the first, at least one each.
func zipfSizes(of total: Int, over shares: Int) -> [Int] {
    let harmonic = (1...shares).reduce(0.0) { $0 + 1 / Double($1) }
    var sizes = (1...shares).map { max(1, Int(Double(total) / (Double($0) * harmonic))) }
    sizes[0] += max(0, total - sizes.reduce(0, +))
    return sizes
}
