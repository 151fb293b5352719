import Domain
import JSON
import Services

/// `/v1/mass-actions`: one change of many tickets, with a result for each and a way back.
struct MassActionRoutes {
    let helpdesk: Helpdesk

    static let path = "/v1/mass-actions"
    private static let one = Schema.reference("MassAction")
    private static let accepted = Endpoint.Success(
        status: 202, description: "The mass action, which goes on behind the requests", schema: one)

    private static let summary =
        "Changes many tickets at once: those that the selection finds at this moment and the caller sees. Spam and deleted tickets only "
        + "where the selection, or the queue it names, names their status, or their numbers are given. Each ticket gets all actions, in "
        + "their order, as one change, and a result of its own: what must not be done to one stops none of the others. Whether the caller "
        + "may do it is looked at again for each ticket; spam, delete and purge take the scope tickets:delete in place of tickets:write. "
        + "With dry_run nothing is done: the answer tells how many tickets there are, what would be left alone and why, and has a token; "
        + "sending it back as selection.token acts on exactly those tickets. A ticket that has changed since the selection was resolved "
        + "is skipped as changed_since where the action would mean something else now: set_status, reply, spam, delete, restore and purge "
        + "skip it when its status or its messages have changed; assign, set_department, set_priority, set_urgency, labels, set_fields "
        + "and note never do. All can be undone within undo_days of the settings, but for purge, which is for admins and for good, and "
        + "for what was said: a reply stays said when the status it set is taken back, and so does a note."

    func add(to routes: inout Routes) {
        routes.schemas["MassAction"] = MassActionBodies.massAction
        addSubmission(to: &routes)
        addReading(to: &routes)
        addSteering(to: &routes)
        addEvents(to: &routes)
    }

    private func addSubmission(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path, summary: Self.summary, needs: .tenantToken, scope: .writeTickets,
                readingScope: .readTickets,
                body: MassActionBodies.submission, example: MassActionBodies.example,
                success: [
                    Endpoint.Success(status: 200, description: "What a dry run found", schema: MassActionBodies.preview), Self.accepted,
                ], problems: [409])
        ) { context in
            let author = try MassActionAuthor(context.access)
            let form = try MassActionForm(context.request.json(), context.access.configuration.fields)
            if form.isDryRun {
                let answer: @Sendable (MassPreview) -> Answer = { .massPreview($0) }
                return answer(try await helpdesk.previewMassAction(form.request, by: author, once: context.request.once(answer)))
            }
            let answer = Self.accept
            return answer(try await helpdesk.startMassAction(form.request, by: author, once: context.request.once(answer)))
        }
    }

    private func addReading(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path, summary: "Mass actions, newest first: an agent's own, for admins all.", needs: .tenantToken,
                scope: .readTickets, parameters: [.limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: Self.one))])
        ) { context in
            var query = Query(context.request.request)
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            try query.finish()
            let author = try MassActionAuthor(context.access)
            let page = try await helpdesk.listMassActions(before: cursor.map { ID($0) }, limit: limit, by: author)
            var writer = JSONWriter(capacity: 512 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $0.massAction($1) }
            return Answer(body: writer.bytes)
        }
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path + "/{id}",
                summary:
                    "One mass action; while it goes on its figures grow. reasons counts why tickets were left alone, once it has ended.",
                needs: .tenantToken, scope: .readTickets,
                success: [Endpoint.Success(status: 200, description: "The mass action", schema: Self.one)])
        ) { context in
            .massAction(try await helpdesk.readMassAction(context.request.id(), by: MassActionAuthor(context.access)))
        }
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path + "/{id}/items",
                summary: "What became of each ticket, by its number; of what is left no result is kept after items_until.",
                needs: .tenantToken, scope: .readTickets, parameters: [MassActionBodies.outcomeParameter, .limit, .cursor],
                success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: MassActionBodies.item))])
        ) { context in
            var query = Query(context.request.request)
            let outcomes = MassOutcome.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            let outcome = query.parse("outcome", "one of \(outcomes)") { MassOutcome.Kind(rawValue: $0) }
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            try query.finish()
            let page = try await helpdesk.listMassActionItems(
                of: context.request.id(), outcome: outcome, after: cursor.map { ID($0) }, limit: limit, by: MassActionAuthor(context.access)
            )
            var writer = JSONWriter(capacity: 96 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $0.massActionItem($1) }
            return Answer(body: writer.bytes)
        }
    }

    private func addSteering(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path + "/{id}/cancel",
                summary: "Stops it where it is; what was done stays done, and can be undone. 409 once it has ended.", needs: .tenantToken,
                scope: .writeTickets, readingScope: .readTickets,
                success: [Endpoint.Success(status: 200, description: "The mass action", schema: Self.one)],
                problems: [409])
        ) { context in
            let answer: @Sendable (MassAction) -> Answer = { .massAction($0) }
            return answer(
                try await helpdesk.cancelMassAction(
                    context.request.id(), by: MassActionAuthor(context.access), once: context.request.once(answer)))
        }
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path + "/{id}/undo",
                summary:
                    "Brings every ticket back to what it was before, by a mass action with undo_of. Tickets that have changed since are "
                    + "skipped as changed_since, also where another mass action changed them and was undone. What was said stays said, "
                    + "and what was purged is gone. 409 while it goes on, after undo_until, when it was undone already and when nothing "
                    + "of it can be taken back.",
                needs: .tenantToken, scope: .writeTickets, readingScope: .readTickets, success: [Self.accepted], problems: [409])
        ) { context in
            let answer = Self.accept
            return answer(
                try await helpdesk.undoMassAction(
                    context.request.id(), by: MassActionAuthor(context.access), once: context.request.once(answer)))
        }
        routes.tenant(
            Endpoint(
                method: .post, path: Self.path + "/{id}/retry",
                summary:
                    "Does it again, for the tickets it has failed at only, by a mass action with retry_of. 409 while it goes on and when "
                    + "nothing has failed.",
                needs: .tenantToken, scope: .writeTickets, readingScope: .readTickets, success: [Self.accepted], problems: [409])
        ) { context in
            let answer = Self.accept
            return answer(
                try await helpdesk.retryMassAction(
                    context.request.id(), by: MassActionAuthor(context.access), once: context.request.once(answer)))
        }
    }

    private func addEvents(to routes: inout Routes) {
        let helpdesk = helpdesk
        let places = EventStreamPlaces()
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path + "/{id}/events",
                summary:
                    "Server-sent events: progress whenever its figures or its state have changed, done when it has ended, each with the "
                    + "mass action as its data. Ends after done, or after ten minutes: connect again. 429 when there are too many open: "
                    + "\(EventStreamPlaces.mostOfOneHelpdesk) for a helpdesk.",
                needs: .tenantToken, scope: .readTickets,
                success: [Endpoint.Success(status: 200, description: "The events", mediaType: ServerEvent.mediaType)], problems: [429])
        ) { context in
            let action = try await helpdesk.readMassAction(context.request.id(), by: MassActionAuthor(context.access))
            let place = try places.take(for: context.access.tenantID)
            return Answer(events: EventStream(context.request.request, MassActionEvents(helpdesk, action, context), place))
        }
    }

    private static let accept: @Sendable (MassAction) -> Answer = { .massAction($0, status: 202) }
}
