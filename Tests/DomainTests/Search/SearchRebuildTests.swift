import Domain
import Testing

@Suite("What a rebuild of search documents does next")
struct SearchRebuildTests {
    private func rebuild(
        place: Int64 = 0, passedOver: [ID<Ticket>] = [], size: Int = 3, through: Int64? = 100
    ) -> SearchRebuild {
        SearchRebuild(
            scope: .everything, extent: through.map { SearchRebuild.Extent(through: ID($0), total: 90) }, place: ID(place),
            passedOver: passedOver, pace: BatchPace(.search, size: size), startedAt: Timestamp(milliseconds: 0))
    }

    private let four: [ID<Ticket>] = [ID(1), ID(2), ID(3), ID(4)]

    @Test("First it finds out what there is, then it goes on to the last ticket, comes back to what was passed over, and ends")
    func steps() {
        #expect(rebuild(through: nil).next == .begin)
        #expect(rebuild().next == .goOn(through: ID(100)))
        #expect(rebuild(place: 99, passedOver: four).next == .goOn(through: ID(100)))
        #expect(rebuild(place: 100, passedOver: four).next == .comeBack([ID(1), ID(2), ID(3)]))
        #expect(rebuild(place: 100).next == .end)
        #expect(rebuild(through: 0).next == .end)
    }

    @Test("When a thousand were passed over, it comes back to them before it goes on")
    func many() {
        let many = (1...1001).map { ID<Ticket>(Int64($0)) }
        #expect(rebuild(place: 2000, passedOver: Array(many.dropLast()), through: 5000).next == .goOn(through: ID(5000)))
        #expect(rebuild(place: 2000, passedOver: many, through: 5000).next == .comeBack([ID(1), ID(2), ID(3)]))
    }

    @Test("What is still in somebody's hands waits behind the others")
    func rotates() {
        var rebuild = rebuild(place: 100, passedOver: four)
        rebuild.cameBack(to: 3, done: 1, stillLocked: [ID(1), ID(3)])
        #expect(rebuild.passedOver == [ID(4), ID(1), ID(3)] && rebuild.done == 1)
        rebuild.cameBack(to: 3, done: 3, stillLocked: [])
        #expect(rebuild.next == .end && rebuild.done == 4)
    }

    @Test("What was locked is passed over, and the place is behind it")
    func passesOver() {
        var rebuild = rebuild()
        rebuild.went(to: ID(7), done: 2, passingOver: [ID(5)])
        #expect(rebuild.place == ID(7) && rebuild.done == 2 && rebuild.passedOver == [ID(5)])
    }
}
