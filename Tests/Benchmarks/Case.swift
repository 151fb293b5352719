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

/// What is measured of the work behind the requests.
enum BackgroundCase: String, CaseIterable {
    case jobs
    case latency = "job_latency"
    case purge
    case schedules
    case neighbour = "purge_neighbour"
    case massActions = "mass_actions"
    case massNeighbour = "mass_neighbour"
    case soak
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
