/// What is measured: the requests that a helpdesk lives by.
enum Case: String, CaseIterable {
    case read = "read_ticket"
    case conversation = "read_conversation"
    case list = "list_tickets"
    case create = "create_ticket"
    case reply

    var title: String {
        switch self {
        case .read: "read a ticket"
        case .conversation: "read it with messages and history"
        case .list: "list 50 tickets"
        case .create: "create a ticket"
        case .reply: "reply"
        }
    }

    var writes: Bool { self == .create || self == .reply }
}

/// What is measured in a small, a middle and the largest helpdesk, each alone.
enum SizedCase: String, CaseIterable {
    case rare = "search_rare"
    case middle = "search_middle"
    case common = "search_common"
    case twoWords = "search_two_words"
    case newest = "search_newest"
    case counts = "queue_counts"

    var title: String {
        switch self {
        case .rare: "search for a rare word"
        case .middle: "search for a middle word"
        case .common: "search for a common word"
        case .twoWords: "search for two words"
        case .newest: "common word, the newest"
        case .counts: "count 30 queues"
        }
    }
}

/// What is measured of the work behind the requests.
enum BackgroundCase: String, CaseIterable {
    /// First, while the database holds nothing but what was asked for.
    case searchNeighbours = "search_neighbours"
    case jobs
    case latency = "job_latency"
    case purge
    case schedules
    case neighbour = "purge_neighbour"
    case massActions = "mass_actions"
    case massNeighbour = "mass_neighbour"
    case soak
    case ingest
}

/// The same words for pgbench and for the service: what is written costs by its length.
enum Sample {
    static let fields = #"{"order_no":"A-17","warranty":true}"#
    static let subject = "The printer on the second floor prints nothing but stripes"
    static let body = """
        Since this morning the printer beside the kitchen prints stripes on every page, whatever is sent to it and from whichever \
        machine. Switching it off and on again did not help, nor did new toner. We need it by noon: the letters must go out today.
        """
}
