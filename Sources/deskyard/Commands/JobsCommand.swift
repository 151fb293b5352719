import ArgumentParser
import Domain
import Services

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Shows what waits and runs behind the requests, and puts right what has failed.",
        discussion: """
            A job that is done is gone. One that has failed as often as it may is dead:
            it stays until it is retried or discarded.

            EXAMPLES
              deskyard jobs list --state dead
              deskyard jobs list --tenant acme --class purge
              deskyard jobs show 4711
              deskyard jobs retry 4711
              deskyard jobs discard 4711
            """,
        subcommands: [List.self, Show.self, Retry.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists jobs by number.",
            discussion: """
                One line each, with tabs between: number, state, class, kind, helpdesk,
                attempts, when it can run, began or died, and why the last attempt failed.

                EXAMPLES
                  deskyard jobs list --state dead --kind purge
                """)

        @Option(help: "\(JobRecord.State.allCases.map(\.rawValue).joined(separator: ", ")).") var state: String?
        @Option(help: "What is to be done: \(Job.Kind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: String?
        @Option(name: .customLong("class"), help: "\(JobClass.allCases.map(\.name).joined(separator: ", ")).") var jobClass: String?
        @Option(help: "Short name of the helpdesk.") var tenant: String?
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                let filter = JobFilter(
                    state: try state.map { try word($0, of: JobRecord.State.allCases, \.rawValue) }, kind: kind,
                    jobClass: try jobClass.map { try word($0, of: JobClass.allCases, \.name) },
                    tenant: try tenant.map { try parsed(slug: $0) })
                var last: Int64?
                repeat {
                    let page = try await app.installation.listJobs(filter, after: last, limit: 200)
                    for job in page.items { print(job.line) }
                    last = page.next
                } while last != nil
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one job.")

        @Argument(help: "Its number in the list.") var id: Int64
        @OptionGroup var options: SettingOptions

        func run() async throws { try await withApp(options) { app in print(try await app.installation.findJob(id).description) } }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has a dead job done again, with all its attempts.")

        @Argument(help: "Its number in the list.") var id: Int64
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                let job = try await app.installation.retryJob(id)
                print("\(job.id) \(job.kind) is \(job.state.rawValue)")
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Throws a job away that is dead or waits; one that runs is told to stop, and stops within seconds.")

        @Argument(help: "Its number in the list.") var id: Int64
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                let job = try await app.installation.findJob(id)
                try await app.installation.discardJob(id)
                print(job.state == .running ? "told \(id) to stop" : "discarded \(id)")
            }
        }
    }
}

private func word<Word>(_ text: String, of words: [Word], _ name: (Word) -> String) throws -> Word {
    guard let word = words.first(where: { name($0) == text }) else {
        throw CommandFailure("\"\(text)\" is none of \(words.map(name).joined(separator: ", ")).")
    }
    return word
}

extension JobRecord {
    fileprivate var line: String {
        let moment = diedAt ?? startedAt ?? runAt ?? enqueuedAt
        // What went wrong may have tabs and line ends of its own.
        let reason = error.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") } ?? ""
        let columns = ["\(id)", state.rawValue, jobClass.name, kind, tenant?.text ?? "-", "\(attempts)", "\(moment)", reason]
        return columns.joined(separator: "\t")
    }

    fileprivate var description: String {
        func shown(_ moment: Timestamp?) -> String { moment.map { "\($0)" } ?? "-" }
        return """
            id         \(id)
            helpdesk   \(tenant?.text ?? "-")
            kind       \(kind)
            class      \(jobClass.name)
            state      \(state.rawValue)\(isCancelled ? ", told to stop" : "")
            payload    \(payload)
            attempts   \(attempts)
            enqueued   \(enqueuedAt)
            to run     \(shown(runAt))
            started    \(shown(startedAt))
            died       \(shown(diedAt))
            worker     \(worker.map { "\($0)" } ?? "-")
            error      \(error ?? "-")
            """
    }
}
