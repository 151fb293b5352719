import Domain
import Services
import Support
import Testing

@Suite("The receipts of purges")
struct PurgeReceiptChainTests {
    @Test("Every run leaves a receipt whose hash anybody can work out again from what it says and the receipt before")
    func chained() async throws {
        try await withTenant { tenant in
            let ends = try await tenant.makeReceipts(5)
            let chain = try await tenant.chain()
            let recomputed = try await tenant.sql(Self.spelling)
            #expect(chain.faults == [])
            #expect(chain.receipts == 5)
            #expect(recomputed.count == 5)
            for (index, row) in recomputed.enumerated() { #expect(row[1] == row[2], "receipt \(index + 1)") }
            #expect(recomputed.last?[1] == chain.lastHash.hexadecimal)
            for (row, ending) in zip(recomputed, ends) {
                let record = try await tenant.read(ending.run)
                #expect(record.receipt?.hash.hexadecimal == row[1])
                #expect(record.receipt?.previousHash.hexadecimal == row[3])
            }
            #expect(recomputed.first?[3] == String(repeating: "0", count: 64))
        }
    }

    @Test("Receipts of both kinds that end at the same moment make one chain without a gap")
    func endedTogether() async throws {
        try await withTenant { tenant in
            for round in 1...10 {
                for status in HiddenStatus.allCases { _ = try await tenant.hide(1, as: status) }
                let runs = [try await tenant.start(.spam), try await tenant.start(.deleted)]
                let endings = try await atOnce(2) { try await tenant.finish(runs[$0]) }
                #expect(endings.map(\.run.figures.purged) == [1, 1])
                let chain = try await tenant.chain()
                #expect(chain.receipts == Int64(round * 2))
                #expect(chain.faults == [])
            }
        }
    }

    @Test("A run's end waits for no run of the other status")
    func independent() async throws {
        try await withTenant { tenant in
            _ = try await tenant.hide(1, as: .spam)
            let run = try await tenant.start(.spam)
            // As a run of deleted tickets does in the middle of a piece.
            let hold = "select from helpdesk.purge_schedules where tenant_id = \(tenant.tenant.id) and status = 'deleted' for share"
            let ending = try await whileAnother(does: hold) { _ in try await tenant.finish(run) }
            #expect(ending.run.figures.purged == 1)
        }
    }

    @Test("A receipt that says something else than it said is found, and so is what does not fit any more")
    func altered() async throws {
        let changes = [
            "purged = purged + 1", "held = held + 1", "messages = 0", "attachments = 7", "bytes = bytes - 1", "status = 'deleted'",
            "scope = 'due'", "trigger = 'schedule'", "state = 'failed'", "started_at = started_at - interval '1 ms'",
            "finished_at = finished_at + interval '1 ms'", "hidden_until = hidden_until - interval '1 ms'", "retention_days = 29",
        ]
        for change in changes {
            try await withTenant { tenant in
                let ends = try await tenant.makeReceipts(3)
                try await tenant.sql("update helpdesk.purge_receipts set \(change) where tenant_id = $tenant and number = 2")
                let chain = try await tenant.chain()
                #expect(chain.faults == [.altered(2), .contradicted(ends[1].run.id)], "\(change)")
            }
        }
    }

    @Test("Whoever alters a receipt and its hash as well breaks the chain behind it; at its end the kept copy of the last hash tells")
    func rehashed() async throws {
        try await withTenant { tenant in
            let ends = try await tenant.makeReceipts(3)
            let copy = try await tenant.chain().lastHash
            for number in [2, 3] {
                try await tenant.sql("update helpdesk.purge_receipts set purged = 99 where tenant_id = $tenant and number = \(number)")
                let hashes = try await tenant.sql(Self.spelling)
                let hash = try #require(hashes[number - 1][2])
                try await tenant.sql(
                    "update helpdesk.purge_receipts set hash = '\\x\(hash)' where tenant_id = $tenant and number = \(number)")
            }
            let chain = try await tenant.chain()
            #expect(chain.faults == [.broken(3), .contradicted(ends[1].run.id), .contradicted(ends[2].run.id)])
            #expect(chain.lastHash != copy)
        }
    }

    @Test("A receipt that is missing is found, whichever it is, and so is a run that lost its own")
    func removed() async throws {
        for number in 1...4 {
            try await withTenant { tenant in
                let ends = try await tenant.makeReceipts(4)
                try await tenant.sql("delete from helpdesk.purge_receipts where tenant_id = $tenant and number = \(number)")
                let chain = try await tenant.chain()
                let gone = Int64(number)
                let gap: [PurgeChainFault] = number == 4 ? [] : [.gap(expected: gone, found: gone + 1), .broken(gone + 1)]
                #expect(chain.faults == gap + [.contradicted(ends[number - 1].run.id)])
            }
        }
    }

    @Test("A receipt that no run has left is found, even with the right hash; so is one that was put between others")
    func inserted() async throws {
        try await withTenant { tenant in
            let ends = try await tenant.makeReceipts(2)
            let run = try await tenant.start(.spam)
            let columns = "status, scope, trigger, state, retention_days, hidden_until"
            try await tenant.sql(
                """
                insert into helpdesk.purge_receipts (tenant_id, number, run_id, \(columns), purged, held, messages, attachments, bytes,
                    started_at, finished_at, previous_hash, hash)
                select tenant_id, 3, \(run.id), \(columns), purged, held, messages, attachments, bytes, started_at, finished_at, hash, hash
                from helpdesk.purge_receipts
                where tenant_id = $tenant and number = 2
                """)
            let wrongHash = try await tenant.chain()
            #expect(wrongHash.faults == [.altered(3), .contradicted(run.id)])

            let hashes = try await tenant.sql(Self.spelling)
            let hash = try #require(hashes[2][2])
            try await tenant.sql("update helpdesk.purge_receipts set hash = '\\x\(hash)' where tenant_id = $tenant and number = 3")
            let rightHash = try await tenant.chain()
            #expect(rightHash.faults == [.contradicted(run.id)])

            try await tenant.sql(
                """
                update helpdesk.purge_receipts set number = number + 10 where tenant_id = $tenant and number > 1;
                update helpdesk.purge_receipts set number = 2 where tenant_id = $tenant and number = 13;
                update helpdesk.purge_receipts set number = 3 where tenant_id = $tenant and number = 12;
                """)
            let between = try await tenant.chain()
            #expect(between.faults == [.broken(2), .altered(2), .broken(3), .altered(3), .contradicted(run.id)])
            #expect(ends.count == 2)
        }
    }

    @Test("A run whose figures were changed contradicts its receipt")
    func contradicted() async throws {
        for change in [
            "purged = 0", "held = held + 5", "messages = 9", "bytes = 9", "attachments = 9", "state = 'failed'", "status = 'deleted'",
        ] {
            try await withTenant { tenant in
                let ends = try await tenant.makeReceipts(3)
                try await tenant.sql("update helpdesk.purge_runs set \(change) where tenant_id = $tenant and id = \(ends[1].run.id)")
                let chain = try await tenant.chain()
                #expect(chain.faults == [.contradicted(ends[1].run.id)], "\(change)")
            }
        }
    }

    /// Each receipt's number, hash, the hash as the database works it out from our description of it, and the hash before.
    private static let spelling = #"""
        select number, encode(hash, 'hex'),
            encode(sha256(convert_to(format(
                E'deskyard purge receipt 1\ntenant=%s\nnumber=%s\nrun=%s\nstatus=%s\nscope=%s\ntrigger=%s\nstate=%s\nretention_days=%s\n'
                'hidden_until=%s\npurged=%s\nheld=%s\nmessages=%s\nattachments=%s\nbytes=%s\nstarted_at=%s\nfinished_at=%s\nprevious=%s\n',
                tenant_id, number, run_id, status, scope, trigger, state, retention_days,
                to_char(hidden_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), purged, held, messages, attachments, bytes,
                to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), encode(previous_hash, 'hex')
            ), 'UTF8')), 'hex'),
            encode(previous_hash, 'hex')
        from helpdesk.purge_receipts
        where tenant_id = $tenant
        order by number
        """#
}

extension TestTenant {
    /// Purges so often, each time something else.
    fileprivate func makeReceipts(_ count: Int) async throws -> [PurgeEnding] {
        var endings: [PurgeEnding] = []
        for number in 1...count {
            let hidden = try await hide(number, as: .spam)
            if number > 1, number % 2 == 0 { try await hold(hidden[0]) }
            clock.advance(seconds: 3600)
            let ending = try await purge(.spam)
            if number % 2 == 0 { _ = try await byAdmin { try await helpdesk.setLegalHold(nil, on: hidden[0], $0) } }
            endings.append(ending)
        }
        return endings
    }
}
