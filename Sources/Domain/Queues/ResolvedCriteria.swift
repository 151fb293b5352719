/// A queue's criteria for one caller at one moment: numbers for `me`, times for ages. What is left is for the database.
package struct ResolvedCriteria: Equatable, Sendable {
    package var test: Test
    /// Tickets in these are found; in the others that hide them, never, whatever the test says.
    package var hidden: [HiddenStatus]
    /// In which words are looked for.
    package var language: SearchLanguage

    package init(test: Test, hidden: [HiddenStatus] = [], _ language: SearchLanguage = .english) {
        self.test = test
        self.hidden = hidden
        self.language = language
    }

    /// A search of the same tickets, for nothing yet.
    package var search: ResolvedSearch { ResolvedSearch(groups: [], includesHidden: !hidden.isEmpty) }

    /// No test finds that there is nothing to compare: it holds or it does not.
    package indirect enum Test: Equatable, Sendable {
        /// Of none: holds.
        case all([Test])
        /// Of none: does not hold.
        case any([Test])
        case not(Test)
        case status([StatusName])
        case priority([Priority])
        case channel([Channel])
        case reference([TicketReference])
        case number(Number, [Int64])
        case measure(Measure, Comparison, Double)
        case time(Event, Comparison, Timestamp)
        case present(Presence)
        /// Has one of these.
        case label([Label])
        case follower([ID<Agent>])
        case copied([ID<User>])
        /// The whole of it, whatever the case of its letters.
        case text(Text, [String])
        /// A part, whatever the case of its letters.
        case part(Text, String)
        case words(SearchQuery.Words)
        case live(at: Timestamp)
        case field(TicketFilter.FieldCondition)
        case fieldPart(FieldKey, String)
        case fieldPresent(FieldKey)
        case fieldNumber(FieldKey, Comparison, Double)
        /// Of days, as `2026-11-23`.
        case fieldDay(FieldKey, Comparison, String)
    }

    package enum Number: CaseIterable, Sendable {
        case id, agent, team, department, user, organization, followUpOf, urgency, messageCount, replyCount
    }

    package enum Measure: CaseIterable, Sendable {
        case id, urgency, messageCount, replyCount
    }

    package enum Event: CaseIterable, Sendable {
        case created, updated, statusChanged, resolved, firstReplied, userWaiting, hidden
    }

    package enum Presence: CaseIterable, Sendable {
        case agent, team, organization, followUpOf, userName, label, follower, copied, legalHold
        case created, updated, statusChanged, resolved, firstReplied, userWaiting, hidden
    }

    package enum Text: CaseIterable, Sendable {
        case subject, userName, userEmail
    }

    package enum Comparison: CaseIterable, Sendable {
        case greater, less, atLeast, atMost
    }
}

extension QueueCriteria {
    /// Everything that is wrong with them, named as `criteria.all[0].value`, `criteria.any[1].all[0].op`.
    package func faults(in configuration: Configuration) -> [FieldFault] {
        var reading = CriteriaReading(configuration: configuration, caller: nil, teams: [], now: Timestamp(milliseconds: 0), looksUp: true)
        _ = reading.criteria(self, "criteria", depth: 1)
        if reading.conditions > Self.mostConditions {
            reading.fault("criteria", "too_many", "at most \(Self.mostConditions) conditions, and there are \(reading.conditions)")
        }
        return reading.faults
    }

    /// What they mean to somebody. A condition that means nothing any more holds for no ticket: whoever looks at the queue is not to blame.
    /// - Parameter caller: who `me` is; nil: nobody.
    /// - Parameter teams: what `my_teams` are.
    package func resolved(
        in configuration: Configuration, caller: ID<Agent>?, teams: Set<ID<Team>>, at now: Timestamp
    ) -> ResolvedCriteria {
        var reading = CriteriaReading(configuration: configuration, caller: caller, teams: teams, now: now, looksUp: false)
        let test = reading.criteria(self, "criteria", depth: 1)
        return ResolvedCriteria(test: test, hidden: HiddenStatus.allCases.filter(reading.named.contains), configuration.language)
    }
}
