import Domain

/// A ticket, and everything that is said of it.
struct SearchedTicket: Sendable {
    var ticket: Ticket
    var messages: [Message]
    var followers: Set<ID<Agent>>
    var ccs: Set<ID<User>>

    /// As it was written.
    var raw: [String] { [ticket.subject.text] + messages.map(\.body.content) }

    /// Where words are looked for.
    var texts: [SearchedText] {
        let address = ticket.user.email.text
        let parts = address.split { "@.+-_".contains($0) }.joined(separator: " ")
        var texts = [
            SearchedText(ticket.subject.text, isForUsers: true), SearchedText(ticket.user.name ?? ""),
            SearchedText(address, isName: true), SearchedText(parts, isName: true), SearchedText(ticket.ref.text, isName: true),
        ]
        texts += ticket.labels.list.map { SearchedText($0.text) }
        for value in ticket.fields.values {
            switch value {
            case .text(let text): texts.append(SearchedText(text))
            case .choices(let choices): texts += choices.map { SearchedText($0) }
            case .number, .boolean: break
            }
        }
        texts += messages.map { message in
            switch message.body.format {
            case .text: SearchedText(message.body.content, isForUsers: message.kind != .note)
            case .html: SearchedText(html: message.body.content, isForUsers: message.kind != .note)
            }
        }
        return texts
    }
}
