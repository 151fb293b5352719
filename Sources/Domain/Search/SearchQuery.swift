/// What a person typed to find tickets: `refund "no paper" from:mailer-daemon status:pending or status:resolved -label:billing`.
///
/// All groups must hold. `or` binds closer than standing beside each other does, as in Google: `status:pending printer or scanner` finds
/// pending tickets with one of the two words. Names are kept as they were typed; what they stand for in a helpdesk, and when "now" is,
/// `resolved` says.
package struct SearchQuery: Equatable, Sendable {
    package var groups: [Group]

    /// In characters.
    package static let longestText = 1000
    /// In all groups together.
    package static let mostTerms = 50
    /// Before the star, in letters and digits: with less, too much begins.
    package static let shortestPrefix = 3

    package init(_ groups: [Group]) { self.groups = groups }

    /// Without any `or`.
    package init(all terms: [Term]) { groups = terms.map { Group([$0]) } }

    /// - Throws: `Refusal.invalid` with one fault of the field `search`, whose message says at which character (from 1) what is wrong.
    package init(parsing text: String) throws(Refusal) {
        var parser = SearchQueryParser(text)
        groups = try parser.groups()
    }

    /// Hidden tickets are found only where a status is asked for that hides them; that a ticket must not have it asks for nothing.
    package var includesHidden: Bool { !namedHidden.isEmpty }

    /// The hidden statuses that are asked for, in whichever group.
    var namedHidden: Set<HiddenStatus> {
        var named: Set<HiddenStatus> = []
        for term in groups.flatMap(\.terms) where !term.isNegated {
            guard case .status(let names) = term.criterion else { continue }
            for case .hidden(let status) in names { named.insert(status) }
        }
        return named
    }

    /// One of these must hold. What `or` stands between, or a term alone.
    package struct Group: Equatable, Sendable {
        package var terms: [Term]

        package init(_ terms: [Term]) { self.terms = terms }
    }

    package struct Term: Equatable, Sendable {
        package var criterion: Criterion
        /// With a `-` in front: what must not be so. A ticket that has nothing of the kind, such as no agent, is not what is named.
        package var isNegated: Bool

        package init(_ criterion: Criterion, isNegated: Bool = false) {
            self.criterion = criterion
            self.isNegated = isNegated
        }
    }

    /// Text to be found wherever a ticket has text. There is a letter or a digit in it, or nothing would be looked for.
    package struct Words: Equatable, Sendable {
        /// As typed, without the quotes, or the star at its end.
        package var text: String
        package var kind: Kind

        package enum Kind: Sendable {
            /// `refund`: in any of its forms.
            case word
            /// `"no paper"`: exactly these words, one behind the other; or exactly this word.
            case phrase
            /// `refun*`: whatever begins so.
            case prefix
        }

        package init(_ text: String, _ kind: Kind) {
            self.text = text
            self.kind = kind
        }
    }

    package enum Criterion: Equatable, Sendable {
        case words(Words)
        /// `status:pending,resolved`: one of these.
        case status([StatusName])
        /// `agent:me`: assigned to whoever asks.
        case mine
        /// `agent:7`, `agent:Ada`, `agent:ada@helpdesk.example`; nil: `agent:none`.
        case agent(Named<Agent>?)
        /// `team:3`, `team:"Second line"`; nil: `team:none`.
        case team(Named<Team>?)
        /// `department:2`, `department:Sales`.
        case department(Named<Department>)
        /// `label:billing`, in exactly these letters.
        case label(Label)
        /// `priority:high,urgent`: one of these.
        case priority([Priority])
        /// `from:mailer-daemon`: part of the user's address or name, whatever the case of its letters.
        case from(String)
        /// `subject:"no paper"`: part of the subject, whatever the case of its letters.
        case subject(String)
        /// `created:>2026-01-01`, `updated:<7d`.
        case time(Event, Comparison, Moment)
        /// `has:attachment`: at least one.
        case attachment
        /// `field.order_no:A-17`: this value in a custom field; of a multiple choice, among others.
        case field(FieldKey, String)
        /// `#1042`
        case number(ID<Ticket>)
        /// `KXQW-4821-ZTMB`, in any case.
        case reference(TicketReference)
        /// `ada@example.org`: the user's address, the whole of it.
        case address(EmailAddress)
    }

    /// A thing as one calls it. Digits are a number, unless in quotes.
    package enum Named<Entity: Sendable>: Equatable, Sendable {
        case number(ID<Entity>)
        case name(String)
    }

    /// What is written in front of a colon, besides `field.<key>`.
    package enum Property: String, CaseIterable, Sendable {
        case status, agent, team, department, label, priority, from, subject, created, updated, has
    }

    package enum Event: Sendable {
        case created, updated
    }

    /// In the order in which they are looked for: the longer first.
    package enum Comparison: String, CaseIterable, Sendable {
        case atLeast = ">="
        case atMost = "<="
        case more = ">"
        case less = "<"
    }

    /// Days and times are points on the calendar, and more is later: `>2026-01-01` holds from the 2nd of January on, `>=2026-01-01` from the
    /// 1st on, `<2026-01-01` until the old year's end. An age runs the other way, and more is longer ago: `<7d` is less than 7 days ago,
    /// `>7d` longer ago than 7 days.
    package enum Moment: Equatable, Sendable {
        /// A whole day in UTC, by its beginning.
        case day(Timestamp)
        case time(Timestamp)
        case age(Int, Unit)

        package enum Unit: String, CaseIterable, Sendable {
            case hours = "h"
            case days = "d"
            case weeks = "w"

            package var seconds: Int64 {
                switch self {
                case .hours: 3600
                case .days: 86_400
                case .weeks: 604_800
                }
            }
        }

        /// In seconds: a hundred years.
        static let greatestAge: Int64 = 36_500 * 86_400
    }
}
