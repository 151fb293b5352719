import Domain
import Support

/// Searches as somebody would type them: about one of the tickets, or about nothing.
struct RandomSearches {
    let desk: SearchDesk

    func request(by caller: SearchDesk.Caller, using chance: inout SeededGenerator) throws -> SearchRequest {
        let groups = (0..<[1, 1, 2, 2, 3].randomElement(using: &chance)!).map { _ in group(using: &chance) }
        var request = SearchRequest(try SearchQuery(parsing: groups.joined(separator: " ")))
        if Int.random(in: 0..<3, using: &chance) == 0 { request.filter = filter(for: caller, using: &chance) }
        request.sort = SearchSort.allCases.randomElement(using: &chance)!
        return request
    }

    private func group(using chance: inout SeededGenerator) -> String {
        (0..<[1, 1, 1, 2, 3].randomElement(using: &chance)!).map { _ in
            (Int.random(in: 0..<5, using: &chance) == 0 ? "-" : "") + term(using: &chance)
        }.joined(separator: " or ")
    }

    private func term(using chance: inout SeededGenerator) -> String {
        Int.random(in: 0..<5, using: &chance) < 3 ? words(using: &chance) : property(using: &chance)
    }

    private func words(using chance: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<8, using: &chance) {
        case 0: return SearchVocabulary.leftOut.sorted().randomElement(using: &chance)!
        case 1: return SearchVocabulary.codes.randomElement(using: &chance)!
        case 2: return "\"\(SearchVocabulary.anyText(1...2, using: &chance))\""
        case 3: return "\"\(phrase(using: &chance))\""
        case 4:
            let word = SearchVocabulary.families.flatMap(\.forms).filter { !$0.contains("-") && $0.count > 2 }.randomElement(
                using: &chance)!
            return "\(word.prefix(Int.random(in: 3...word.count, using: &chance)))*"
        default: return SearchVocabulary.anyWord(using: &chance)
        }
    }

    /// Some words that stand in a ticket, one behind the other.
    private func phrase(using chance: inout SeededGenerator) -> String {
        let searched = desk.tickets.randomElement(using: &chance)!
        let text = ([searched.ticket.subject.text] + searched.messages.filter { $0.body.format == .text }.map(\.body.content))
            .randomElement(using: &chance)!
        let tokens = text.split(separator: " ").filter { $0.contains { $0.isLetter } && !$0.contains("<") }
        let start = Int.random(in: 0..<max(1, tokens.count), using: &chance)
        return tokens.isEmpty ? "nothing" : tokens[start...].prefix(Int.random(in: 1...3, using: &chance)).joined(separator: " ")
    }

    private func property(using chance: inout SeededGenerator) -> String {
        let ticket = desk.tickets.randomElement(using: &chance)!.ticket
        func any(_ texts: [String]) -> String { texts.randomElement(using: &chance)! }
        let comparison = any([">", "<", ">=", "<="])
        switch Int.random(in: 0..<15, using: &chance) {
        case 0, 1:
            let names = StatusName.all.shuffled(using: &chance).prefix(Int.random(in: 1...4, using: &chance)).map(\.name)
            return "status:\(names.joined(separator: ","))"
        case 2: return "agent:\(any(["none", "few", "OWN", "agent@helpdesk.example", "nobody@helpdesk.example", "\(desk.agents[0].id)"]))"
        case 3: return "team:\(any(["none", "\"first LINE\"", "\"Second line\"", "4711"]))"
        case 4: return "department:\(any(["sales", "Other", "\(ticket.departmentID)"]))"
        case 5: return "label:\(any(SearchDesk.labels.map { "\"\($0.text)\"" } + ["vip"]))"
        case 6: return "priority:\(any(["low", "normal,high", "urgent"]))"
        case 7: return "from:\(any(["daemon", "ZOO", "example", "lovelace", "été", "%", "müller", "\(ticket.user.email.text.prefix(4))"]))"
        case 8:
            let part = ticket.subject.text.prefix(Int.random(in: 2...9, using: &chance))
            return "subject:\(any(["refund", "ÄRGER", "a-1", "\"\(part)\"", "%", "_"]))"
        case 9: return "created:\(comparison)\(ticket.createdAt.description.prefix(any(["10", "30"]) == "10" ? 10 : 30))"
        case 10: return "updated:\(comparison)\(any([ticket.updatedAt.description, "7d", "24h", "3w"]))"
        case 11:
            return any(["field.order_no:A-17", "field.order_no:INV-2041", "field.seats:2", "field.speed:slow", "field.speed:\"no refund\""])
        case 12: return any(["#\(ticket.id)", ticket.ref.text.lowercased(), "has:attachment"])
        case 13: return any([ticket.user.email.text.uppercased(), "nobody@example.org"])
        default: return "agent:me"
        }
    }

    private func filter(for caller: SearchDesk.Caller, using chance: inout SeededGenerator) -> TicketFilter {
        var filter = TicketFilter()
        let ticket = desk.tickets.randomElement(using: &chance)!.ticket
        switch Int.random(in: 0..<8, using: &chance) {
        case 0, 1: filter.statuses = Array(StatusName.all.shuffled(using: &chance).prefix(Int.random(in: 1...3, using: &chance)))
        case 2: filter.agent = ticket.agentID.map { .to($0) } ?? TicketFilter.Assigned.none
        case 3: filter.team = ticket.teamID.map { .to($0) } ?? TicketFilter.Assigned.none
        case 4: filter.departmentID = ticket.departmentID
        case 5: filter.userID = ticket.user.id
        case 6: filter.label = SearchDesk.labels.randomElement(using: &chance)
        default: filter.updatedAfter = ticket.updatedAt
        }
        if Bool.random(using: &chance) { filter.createdBefore = ticket.createdAt }
        if Int.random(in: 0..<4, using: &chance) == 0 { filter.priority = .high }
        return filter
    }
}
