/// Every setting there is: the one list. Each is a flag, an environment variable and a line of the settings file; the flag wins, then the
/// environment, then the file.
enum Setting: String, CaseIterable {
    case databaseURL = "database-url"
    case migrationDatabaseURL = "migration-database-url"
    case listenDatabaseURL = "listen-database-url"
    case workers
    case host
    case port
    case poolSize = "pool-size"
    case poolMinimum = "pool-minimum"
    case poolTimeout = "pool-timeout"
    case statementTimeout = "statement-timeout"
    case preparedStatements = "prepared-statements"
    case maxBodyBytes = "max-body-bytes"
    case requestTimeout = "request-timeout"
    case logLevel = "log-level"
    case logFormat = "log-format"

    var environmentVariable: String { "DESKYARD_" + rawValue.uppercased().replacing("-", with: "_") }

    var fallback: String? {
        switch self {
        case .databaseURL, .migrationDatabaseURL, .listenDatabaseURL: nil
        case .workers: "8"
        case .host: "127.0.0.1"
        case .port: "8080"
        case .poolSize: "16"
        case .poolMinimum: "2"
        case .poolTimeout: "5"
        case .statementTimeout: "30"
        case .preparedStatements: "true"
        case .maxBodyBytes: "2097152"
        case .requestTimeout: "30"
        case .logLevel: "info"
        case .logFormat: "human"
        }
    }

    var help: String {
        switch self {
        case .databaseURL:
            "Where the service works, as role deskyard_app: anything libpq takes, such as postgresql://deskyard_app@db/deskyard?sslmode=verify-full."
        case .migrationDatabaseURL: "Where migrations run, as role deskyard_owner; needs a direct connection."
        case .listenDatabaseURL:
            "A direct connection that wakes the workers, where database-url leads through a pooler; without it they look once a second."
        case .workers: "Jobs this process does at a time; 0: none. From 6 on every class of urgency has a place of its own."
        case .host: "Address to listen on."
        case .port: "Port to listen on; 0 takes any free one."
        case .poolSize: "Database connections at the most."
        case .poolMinimum: "Database connections kept when idle."
        case .poolTimeout: "Seconds a request waits for a connection before it is answered 503."
        case .statementTimeout: "Seconds a statement may run."
        case .preparedStatements: "false behind PgBouncer before 1.21 in transaction mode."
        case .maxBodyBytes: "Largest body of a request."
        case .requestTimeout: "Seconds a request may take to arrive."
        case .logLevel: "trace, debug, info, notice, warning, error or critical."
        case .logFormat: "human or json."
        }
    }

    /// Never shown.
    var isSecret: Bool { self == .databaseURL || self == .migrationDatabaseURL || self == .listenDatabaseURL }
}
