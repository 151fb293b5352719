/// Every reason for which Deskyard does not do what it is asked. One list; API/ErrorResponses turns it into HTTP.
package enum Refusal: Error, Equatable, Sendable {
    /// No token, or one that is unknown, expired or revoked.
    case unauthenticated
    /// The caller may see the thing but not do this.
    case forbidden(String)
    /// Not there, or another tenant's: nobody can tell which.
    case notFound
    /// What was sent breaks rules; every fault at once.
    case invalid([FieldFault])
    /// The thing's state does not allow it.
    case conflict(Conflict)
    /// The thing has changed since the caller read it.
    case outdated(currentVersion: Int64)
    /// The ticket was merged into this one, where the caller may do what was asked.
    case merged(into: ID<Ticket>)
    /// The user was merged into this one.
    case userMerged(into: ID<User>)
    /// The helpdesk is suspended or closing.
    case tenantNotActive
    /// The idempotency key was used for another request.
    case keyReused
}

package struct FieldFault: Equatable, Sendable {
    /// Path of the field in the body, or the name of the parameter: `user.email`.
    package var field: String
    /// Stable, for programs: `required`, `too_long`, …
    package var code: String
    /// For people.
    package var message: String

    package init(_ field: String, _ code: String, _ message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}

package enum Conflict: String, Equatable, Sendable {
    case replyToHidden = "the ticket is spam or deleted: restore it before replying"
    case statusOfHidden = "the ticket is spam or deleted: restore it before changing its status"
    case alreadyInStatus = "the ticket has that status already"
    case notHidden = "the ticket is neither spam nor deleted, so there is nothing to restore"
    case visibleIsNeverPurged = "only spam and deleted tickets are purged"
    case resolvedForGood = "the ticket is resolved and cannot be reopened any more: write a new one"
    case mergedAway = "the ticket was merged into another one"
    case mergeOfHidden = "spam and deleted tickets cannot be merged or split: restore them first"
    case mergeHeld = "a ticket under legal hold cannot be merged away or split"
    case splitOfAll = "at least one message must stay on the ticket"
    case liveEnded = "this chat or call has ended"
    case builtin = "what every helpdesk has cannot be changed or removed"
    case departmentInUse = "there are tickets in this department: move them first"
    case departmentDefault = "the default department cannot be removed: make another one the default first"
    case groupInUse = "somebody is in this group: take them out first"
    case nameTaken = "there is one with this name already"
    case keyTaken = "there is a field with this key already"
    case lastAdmin = "the helpdesk needs an admin who can sign in"
    case personGone = "this person was merged or anonymised"
    case notInvited = "the invitation was taken up already"
    case opensNothing = "this message would open a new ticket, which your usergroups do not let you"
    case purgeRunning = "a purge of these tickets is going on: wait until it has ended"
    case massActionRunning = "the mass action goes on: wait until it has ended, or cancel it"
    case massActionEnded = "the mass action has ended"
    case neverUndone = "nothing of it can be taken back: it was purged or only noted, or the helpdesk keeps no way back"
    case undoneTooLate = "it was too long ago to be taken back"
    case undoneAlready = "the mass action was taken back already"
    case retriedAlready = "what has failed was tried again already: look at that mass action"
    case nothingFailed = "nothing of it has failed, so there is nothing to try again"
    case mailPurged = "the ticket of this mail was purged: the same mail does not bring it back"
    case jobNotDead = "only a job that has failed for good can be done again, and only while the same work does not wait already"
    case slugTaken = "there is a helpdesk with this slug already"
    case emailTaken = "somebody in this helpdesk has this address already"
}
