import Domain
import Testing

@Suite("What a purge receipt's hash is taken of")
struct PurgeReceiptTests {
    @Test("Line for line, in this order and spelling, for ever: who keeps receipts elsewhere works the hashes out again")
    func golden() throws {
        let receipt = try makeReceipt()
        #expect(
            receipt.text == """
                deskyard purge receipt 1
                tenant=12
                number=3
                run=7
                status=spam
                scope=due
                trigger=schedule
                state=done
                retention_days=30
                hidden_until=2026-01-31T03:04:05.678Z
                purged=41200
                held=2
                messages=99000
                attachments=4
                bytes=123456789
                started_at=2026-03-02T03:04:05.678Z
                finished_at=2026-03-02T03:09:00.000Z
                previous=0001020304050607aa00000000000000000000000000000000000000000000ff

                """)
    }

    @Test("Whatever is said in it is in the text: no two receipts that differ have the same")
    func everythingCounts() throws {
        let receipt = try makeReceipt()
        let changes: [(inout PurgeReceipt) -> Void] = [
            { $0.tenant = ID(13) }, { $0.number = 4 }, { $0.run = ID(8) }, { $0.status = .deleted }, { $0.scope = .all },
            { $0.trigger = "manual" }, { $0.state = .failed }, { $0.retentionDays = 31 },
            { $0.hiddenUntil = $0.hiddenUntil.advanced(bySeconds: 1) }, { $0.figures.purged += 1 }, { $0.figures.held += 1 },
            { $0.figures.messages += 1 }, { $0.figures.attachments += 1 }, { $0.figures.bytes += 1 },
            { $0.startedAt = Timestamp(milliseconds: $0.startedAt.milliseconds + 1) },
            { $0.finishedAt = Timestamp(milliseconds: $0.finishedAt.milliseconds + 1) }, { $0.previousHash[31] = 0 },
        ]
        var texts: Set<String> = [receipt.text]
        for change in changes {
            var changed = receipt
            change(&changed)
            texts.insert(changed.text)
        }
        #expect(texts.count == changes.count + 1)
        // The title, and a line for each.
        #expect(receipt.text.split(separator: "\n").count == changes.count + 1)
    }

    @Test("Bytes are written as two small hexadecimal digits each")
    func hexadecimal() {
        #expect(([] as [UInt8]).hexadecimal == "")
        #expect(([0, 9, 10, 16, 171, 255] as [UInt8]).hexadecimal == "00090a10abff")
        #expect(PurgeReceipt.noHash.hexadecimal == String(repeating: "0", count: 64))
    }

    private func makeReceipt() throws -> PurgeReceipt {
        let until = try #require(Timestamp("2026-01-31T03:04:05.678Z"))
        let start = try #require(Timestamp("2026-03-02T03:04:05.678Z"))
        let end = try #require(Timestamp("2026-03-02T03:09:00Z"))
        var hash = [UInt8](repeating: 0, count: 32)
        hash.replaceSubrange(0...8, with: [0, 1, 2, 3, 4, 5, 6, 7, 170])
        hash[31] = 255
        return PurgeReceipt(
            number: 3, tenant: ID(12), run: ID(7), status: .spam, scope: .due, trigger: "schedule", state: .done, retentionDays: 30,
            hiddenUntil: until, figures: PurgeFigures(purged: 41_200, held: 2, messages: 99_000, attachments: 4, bytes: 123_456_789),
            startedAt: start, finishedAt: end, previousHash: hash)
    }
}
